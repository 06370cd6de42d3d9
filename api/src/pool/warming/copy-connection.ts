import { connect, type Socket } from 'node:net';
import { introduction, type NodeSecret } from '../nodes/introduction.ts';
import { parseAddress } from '../nodes/node-address.ts';
import { ReplyError, ReplyParser } from '../nodes/reply-parser.ts';
import { SilenceWatch } from '../nodes/silence-watch.ts';

/** What a node holds under a name. */
export interface NodeValue {
  /** The flags of the reply, as sent. */
  readonly flags: string;
  readonly bytes: Buffer;
}

interface Request {
  /** @returns whether the line completes the reply */
  line(text: string): boolean;
  value(value: NodeValue): void;
  failed(error: Error): void;
}

/** Written in one go. What is longer goes out in pieces, so that a slow but living node is told from a silent one. */
const PIECE_BYTES = 256 * 1024;

/**
 * A connection for copying entries, apart from those on which readers wait. Requests are pipelined; values are collected whole, so
 * whoever asks bounds what it asks for. A node that owes a reply and moves nothing for `silenceMs` is given up.
 */
export class CopyConnection {
  readonly #socket: Socket;
  readonly #parser: ReplyParser;
  readonly #watch: SilenceWatch;
  readonly #requests: Request[] = [];
  readonly #unsent: Buffer[] = [];
  #value: { flags: string; bytes: Buffer; filledBytes: number } | undefined;
  #isSending = false;
  #hasMoved = false;
  #closedFor: Error | undefined;

  /** @throws the reason when the node can't be connected to or does not answer */
  static async open(address: string, silenceMs: number, secret?: NodeSecret): Promise<CopyConnection> {
    const connection = new CopyConnection(address, silenceMs);
    if (secret !== undefined) await connection.#expect(introduction(secret()), 'STORED');
    await connection.#expect('mn\r\n', 'MN');
    return connection;
  }

  private constructor(address: string, silenceMs: number) {
    this.#parser = new ReplyParser({
      line: (text) => this.#onLine(text),
      value: (sizeBytes, flags) => {
        this.#value = { flags, bytes: Buffer.allocUnsafeSlow(sizeBytes), filledBytes: 0 };
      },
      data: (bytes, start, end) => {
        this.#value!.filledBytes += bytes.copy(this.#value!.bytes, this.#value!.filledBytes, start, end);
      },
      valueEnd: () => this.#nextRequest().value(this.#value!),
    });
    this.#watch = new SilenceWatch(silenceMs, {
      hasMoved: () => this.#takeMoved(),
      onSilent: () => this.close(new Error(`The node was silent for ${silenceMs} ms.`)),
    });
    this.#socket = connect({ ...parseAddress(address), noDelay: true });
    this.#socket.on('data', (bytes) => this.#onData(bytes));
    this.#socket.once('error', (error) => this.close(error));
    this.#socket.once('close', () => this.close(new Error('The node closed the connection.')));
  }

  get isOpen(): boolean {
    return this.#closedFor === undefined;
  }

  /** Asks for a reply of one line. */
  async ask(command: string): Promise<string> {
    return (await this.askForLines(command, () => true))[0]!;
  }

  /** Asks for lines up to the one that `isLast`. */
  async askForLines(command: string, isLast: (line: string) => boolean): Promise<string[]> {
    const lines: string[] = [];
    return await this.#send([Buffer.from(command, 'latin1')], (resolve, reject) => ({
      line(text) {
        lines.push(text);
        const isError = /^(SERVER_ERROR|CLIENT_ERROR|ERROR)/.test(text);
        if (isLast(text) || isError) resolve(lines);
        return isLast(text) || isError;
      },
      value: () => reject(new ReplyError('The node sent a value where none was asked for.')),
      failed: reject,
    }));
  }

  /** Asks for a value; undefined where there is none. */
  async askForValue(command: string): Promise<NodeValue | undefined> {
    return await this.#send([Buffer.from(command, 'latin1')], (resolve, reject) => ({
      line(text) {
        if (text.startsWith('EN')) resolve(undefined);
        else reject(new ReplyError(`The node answers "${text}" to a read.`));
        return true;
      },
      value: resolve,
      failed: reject,
    }));
  }

  /** Sends a command line and its value, which must not change until the reply of one line. */
  async store(command: string, value: Buffer): Promise<string> {
    return await this.#send([Buffer.from(command, 'latin1'), value, LINE_END], (resolve, reject) => ({
      line(text) {
        resolve(text);
        return true;
      },
      value: () => reject(new ReplyError('The node answers a store with a value.')),
      failed: reject,
    }));
  }

  /** Requests on their way fail with the reason. */
  close(reason: Error): void {
    if (this.#closedFor !== undefined) return;
    this.#closedFor = reason;
    this.#watch.stop();
    this.#socket.on('error', () => {}); // Already known to be of no use.
    this.#socket.destroy();
    this.#unsent.length = 0;
    for (const request of this.#requests.splice(0)) request.failed(reason);
  }

  async #expect(command: string, wanted: string): Promise<void> {
    const reply = await this.ask(command);
    if (reply === wanted) return;
    const refusal = new ReplyError(`The node answers "${reply}" to a greeting.`);
    this.close(refusal);
    throw refusal;
  }

  async #send<T>(
    bytes: readonly Buffer[],
    makeRequest: (resolve: (result: T) => void, reject: (error: Error) => void) => Request,
  ): Promise<T> {
    if (this.#closedFor !== undefined) throw this.#closedFor;
    return await new Promise((resolve, reject) => {
      this.#requests.push(makeRequest(resolve, reject));
      this.#watch.start();
      for (const piece of bytes) this.#unsent.push(...piecesOf(piece));
      if (!this.#isSending) this.#sendSoon();
    });
  }

  /** Commands of one turn of the event loop go out together. */
  #sendSoon(): void {
    this.#isSending = true;
    setImmediate(() => this.#sendNext());
  }

  #sendNext(): void {
    let count = 0;
    for (let bytes = 0; count < this.#unsent.length && bytes < PIECE_BYTES; count++)
      bytes += this.#unsent[count]!.length;
    const pieces = this.#unsent.splice(0, count);
    const last = pieces.pop();
    this.#isSending = last !== undefined;
    if (last === undefined) return;
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.write(last, (error) => {
      this.#hasMoved = true;
      if (error == null) this.#sendNext();
    });
    this.#socket.uncork();
  }

  #onData(bytes: Buffer): void {
    this.#hasMoved = true;
    try {
      this.#parser.push(bytes);
    } catch (error) {
      // Whatever it was, the place in the stream of replies is lost.
      this.close(error as Error);
    }
  }

  #onLine(text: string): void {
    const request = this.#requests[0];
    if (request === undefined) throw new ReplyError('The node sent a reply to nothing.');
    if (request.line(text)) this.#nextRequest();
  }

  /** Takes the request off the line whose reply is complete. */
  #nextRequest(): Request {
    const request = this.#requests.shift();
    if (request === undefined) throw new ReplyError('The node sent a value to nobody.');
    if (this.#requests.length === 0) this.#watch.stop();
    return request;
  }

  #takeMoved(): boolean {
    const hasMoved = this.#hasMoved;
    this.#hasMoved = false;
    return hasMoved;
  }
}

const LINE_END = Buffer.from('\r\n');

function* piecesOf(bytes: Buffer): Iterable<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}
