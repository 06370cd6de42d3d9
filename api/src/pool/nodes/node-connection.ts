import { connect, type Socket } from 'node:net';
import { introduction, type NodeSecret } from './introduction.ts';
import type { NodeAddress } from './node-address.ts';
import { ReplyError, ReplyParser } from './reply-parser.ts';
import { ReplyWatch } from './reply-watch.ts';
import { SlabCursor, type Slab, type SlabPool } from './slab.ts';

/** A request on its way to a node: takes the reply. After `failed` nothing follows. */
export interface NodeRequest {
  /** @returns whether this line completes the reply */
  line(text: string): boolean;
  /** A value begins; `valueEnd` completes the reply. Flags as sent. */
  value(sizeBytes: number, flags: string): void;
  /** A piece of the value, lent by the slab: bytes from start to before end. */
  data(bytes: Buffer, start: number, end: number, slab: Slab): void;
  valueEnd(): void;
  /** The node is late: whoever waits may go on elsewhere. The reply is still taken if it comes. */
  late?(error: Error): void;
  /** The connection broke before the reply was complete. */
  failed(error: Error): void;
}

export interface NodeConnectionOptions {
  readonly address: NodeAddress;
  readonly slabs: SlabPool;
  /** What the node wants to be shown first. Undefined where it asks nobody. */
  readonly secret?: NodeSecret | undefined;
  /** Within this time the node must have accepted the connection and answered a first command. */
  readonly connectTimeoutMs: number;
  /** The connection is given up when a reply is due and nothing comes for this long. */
  readonly silenceTimeoutMs: number;
  /** Requests on their way are told that the node is late after this long. Unless given, never. */
  readonly lateAfterMs?: number;
  onReady(): void;
  /** Called once, before the requests on their way are told: they may go elsewhere, but not here. */
  onClosed(reason: Error): void;
}

/** One connection to a node. Requests are pipelined: many may be on their way, replies come in their order. */
export class NodeConnection {
  readonly #options: NodeConnectionOptions;
  readonly #socket: Socket;
  readonly #slabs: SlabCursor;
  readonly #parser: ReplyParser;
  readonly #requests: NodeRequest[] = [];
  readonly #connectTimer: NodeJS.Timeout;
  readonly #watch: ReplyWatch;
  #unsent = '';
  #isClosed = false;

  constructor(options: NodeConnectionOptions) {
    this.#options = options;
    this.#slabs = new SlabCursor(options.slabs);
    this.#parser = new ReplyParser({
      line: (text) => this.#onLine(text),
      value: (sizeBytes, flags) => this.#awaited().value(sizeBytes, flags),
      data: (bytes, start, end) => this.#requests[0]!.data(bytes, start, end, this.#slabs.slab),
      valueEnd: () => this.#requests.shift()!.valueEnd(),
    });
    const { lateAfterMs, silenceTimeoutMs } = options;
    this.#watch = new ReplyWatch({
      lateAfterMs,
      silentAfterMs: silenceTimeoutMs,
      isDue: () => this.#requests.length > 0,
      onLate: () => this.#onLate(),
      onSilent: () => this.close(new Error(`The node was silent for ${silenceTimeoutMs} ms.`)),
    });
    this.#socket = connect({
      ...options.address,
      noDelay: true,
      onread: {
        buffer: () => this.#slabs.room(),
        callback: (length, bytes) => this.#onRead(length, bytes as Buffer),
      },
    });
    this.#socket.once('connect', () => this.#greet());
    this.#socket.once('error', (error) => this.close(error));
    this.#socket.once('close', () => this.close(new Error('The node closed the connection.')));
    this.#connectTimer = setTimeout(
      () =>
        this.close(new Error(`The node did not answer within ${options.connectTimeoutMs} ms of connecting.`)),
      options.connectTimeoutMs,
    );
  }

  /** Requests whose reply is not complete. */
  get pendingCount(): number {
    return this.#requests.length;
  }

  /** A reply is due and nothing has come for a while: what is sent now would wait too. */
  get isLate(): boolean {
    return this.#watch.isLate;
  }

  /** Sends a command line, line end included. Commands of one turn of the event loop go out together. */
  send(command: string, request: NodeRequest): void {
    this.#expect(request);
    if (this.#unsent === '') setImmediate(this.#flush);
    this.#unsent += command;
  }

  /** Sends a command line followed by its value, which must not change until the reply. */
  sendValue(command: string, value: readonly Buffer[], request: NodeRequest): void {
    this.#expect(request);
    this.#socket.cork();
    this.#unsent += command;
    this.#flush();
    for (const piece of value) this.#socket.write(piece);
    this.#socket.write('\r\n', 'latin1');
    this.#socket.uncork();
  }

  close(reason: Error): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#connectTimer);
    this.#watch.stop();
    this.#socket.on('error', () => {}); // Already known to be of no use.
    this.#socket.destroy();
    this.#slabs.close();
    this.#options.onClosed(reason);
    for (const request of this.#requests.splice(0)) request.failed(reason);
  }

  #greet(): void {
    const { secret } = this.#options;
    if (secret !== undefined) {
      this.#say(introduction(secret()), (text) => {
        if (text !== 'STORED') throw new ReplyError(`The node refuses the secret: it answers "${text}".`);
      });
    }
    this.#say('mn\r\n', (text) => {
      if (text !== 'MN') throw new ReplyError(`The node answers "${text}" to a greeting.`);
      clearTimeout(this.#connectTimer);
      this.#options.onReady();
    });
  }

  #say(command: string, check: (reply: string) => void): void {
    this.send(command, {
      line: (text) => {
        check(text);
        return true;
      },
      value: () => {
        throw new ReplyError('The node answers a greeting with a value.');
      },
      data: () => {},
      valueEnd: () => {},
      failed: () => {},
    });
  }

  #expect(request: NodeRequest): void {
    if (this.#isClosed) throw new Error('The connection is closed.');
    if (this.#requests.push(request) === 1) this.#watch.begin();
  }

  readonly #flush = (): void => {
    if (this.#unsent === '' || this.#isClosed) return;
    const unsent = this.#unsent;
    this.#unsent = '';
    this.#socket.write(unsent, 'latin1');
  };

  #onLate(): void {
    const error = new Error(`The node has not answered for ${this.#options.lateAfterMs} ms.`);
    for (const request of [...this.#requests]) request.late?.(error);
  }

  #onRead(length: number, bytes: Buffer): boolean {
    if (this.#isClosed) return false;
    this.#watch.heard();
    try {
      this.#parser.push(bytes, length);
    } catch (error) {
      // Whatever it was, the place in the stream of replies is lost.
      this.close(error as Error);
      return false;
    }
    if (!this.#isClosed) this.#slabs.advance(length);
    return !this.#isClosed;
  }

  #onLine(text: string): void {
    const request = this.#awaited();
    if (request.line(text)) this.#requests.shift();
  }

  #awaited(): NodeRequest {
    const request = this.#requests[0];
    if (request === undefined) throw new ReplyError('The node sent a reply to nothing.');
    return request;
  }
}
