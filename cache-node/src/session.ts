import type { CacheNode } from './cache-node.ts';
import { execute, continueGet, type KeyList } from './commands/commands.ts';
import { Intake } from './intake.ts';
import type { Outbox } from './outbox.ts';
import { ReplyStream } from './reply-stream.ts';
import { RequestLine } from './protocol/request-line.ts';
import { authenticate } from './commands/authenticate.ts';
import type { StoreRequest } from './store.ts';

const NEWLINE = 10;
const SPACE = 32;
const NOTHING = Buffer.alloc(0);
const LONGEST_LINE_BYTES = 2048;
const MOST_LEADING_SPACES = 100;

/** A store whose payload is on its way, and what is to be done when it is complete. */
export interface Incoming {
  readonly request: StoreRequest;
  finish(session: Session, incoming: Incoming, hasLineEnd: boolean): void;
}

/** What a session needs of the connection it serves. */
export interface Line {
  /** Stop or go on delivering bytes. */
  pause(): void;
  resume(): void;
  /** Send what was handed over, then close, whatever the client still sends. */
  destroySoon(): void;
  /** Close at once. */
  destroy(): void;
}

/**
 * What one client has asked for and is owed. Bytes go in as they arrive, cut anywhere; replies go into `reply`. While the client does
 * not read its replies nothing more is carried out for it, and nothing more is read.
 */
export class Session {
  readonly node: CacheNode;
  readonly reply: Outbox;
  readonly line = new RequestLine();
  readonly #connection: Line;
  /** Bytes that wait: an incomplete line, or what came before the client was held up. */
  #waiting: Buffer = NOTHING;
  #intake: Intake | undefined;
  #swallowBytes = 0;
  #keys: KeyList | undefined;
  #stream: ReplyStream | undefined;
  #isPaused = false;
  #isRunning = false;
  #isClosing = false;
  #hasEnded = false;
  isAuthenticated: boolean;
  /** When the last request came, in seconds since 1970. */
  activeAt: number;
  /** When the bytes came that are being carried out. */
  now: number;

  constructor(node: CacheNode, connection: Line, reply: Outbox) {
    this.node = node;
    this.#connection = connection;
    this.reply = reply;
    reply.onDrained = () => this.#drained();
    this.isAuthenticated = !node.credentials;
    this.now = node.clock.seconds();
    this.activeAt = this.now;
  }

  /** Takes `bytes[0, length)`, which are the caller's again afterwards. */
  receive(bytes: Buffer, length: number): void {
    this.node.counters.bytes_read += length;
    if (this.#isClosing) return;
    this.now = this.node.clock.seconds();
    if (this.#isHeldUp()) {
      this.#keep(bytes, 0, length);
      return;
    }
    if (this.#waiting.length > 0) {
      const all = Buffer.concat([this.#waiting, bytes.subarray(0, length)]);
      this.#waiting = NOTHING;
      this.#run(all, all.length);
    } else {
      this.#run(bytes, length);
    }
  }

  /**
   * Where the connection may put the next bytes so that they need not be copied; `undefined` if they are to go to `receive`. What it
   * puts there it tells `receivedInPlace`, before anything else is received.
   */
  room(): Buffer | undefined {
    return this.#intake && !this.#isClosing && !this.#isHeldUp() ? this.#intake.room() : undefined;
  }

  receivedInPlace(length: number): void {
    this.node.counters.bytes_read += length;
    const intake = this.#intake;
    if (!intake || this.#isClosing) return;
    this.now = this.node.clock.seconds();
    intake.advance(length);
    if (!intake.isComplete) return;
    this.#finishPayload(intake.incoming);
    this.reply.flush();
  }

  /** The client will send nothing more. It still gets what it asked for. */
  end(): void {
    this.#hasEnded = true;
    if (!this.#isHeldUp()) this.close();
  }

  /** The connection is gone. */
  dispose(): void {
    this.#isClosing = true;
    this.#waiting = NOTHING;
    this.reply.unpin();
    this.#endStream();
    if (this.#intake) this.node.cache.discard(this.#intake.incoming.request.draft);
    this.#intake = undefined;
  }

  /** What the session waits for, in memcached's words. */
  get state(): string {
    if (this.#intake) return 'conn_nread';
    return this.#isRunning ? 'conn_parse_cmd' : 'conn_read';
  }

  /** Whether the client has asked for something that isn't answered. */
  get isBusy(): boolean {
    return this.#intake !== undefined || this.#isHeldUp() || this.#waiting.length > 0;
  }

  /** The bytes that follow are the payload of `incoming`. */
  receivePayload(incoming: Incoming): void {
    this.#intake = new Intake(incoming);
  }

  /** The bytes that follow are a payload that is of no use. */
  swallow(bytes: number): void {
    this.#swallowBytes = bytes;
  }

  /** The keys that follow belong to the `get` that was begun. */
  receiveKeys(keys: KeyList): void {
    this.#keys = keys;
  }

  /** Sends what is owed and closes. */
  close(): void {
    this.#isClosing = true;
    this.reply.flush();
    this.#connection.destroySoon();
  }

  closeAtOnce(): void {
    this.#isClosing = true;
    this.#endStream();
    this.#connection.destroy();
  }

  /** Whether replies to earlier requests of the same packet have not been sent. */
  get hasUnsent(): boolean {
    return this.reply.hasUnsent;
  }

  /** Sends a long reply in pieces (see `ReplyStream`), and carries out nothing else for this client meanwhile. */
  stream(next: () => boolean, stop: () => void): void {
    this.#stream = new ReplyStream(this.reply, next, stop, () => {
      this.#stream = undefined;
      this.#goOn();
    });
  }

  #endStream(): void {
    this.#stream?.stop();
    this.#stream = undefined;
  }

  #drained(): void {
    if (this.#isClosing) return;
    if (this.#stream) this.#stream.goOn();
    else this.#goOn();
  }

  #goOn(): void {
    if (this.#isClosing || this.#isHeldUp()) return;
    const bytes = this.#waiting;
    this.#waiting = NOTHING;
    this.now = this.node.clock.seconds();
    this.#run(bytes, bytes.length);
    if (this.#isHeldUp() || this.#isClosing) return;
    if (this.#hasEnded) {
      this.close();
    } else if (this.#isPaused) {
      this.#isPaused = false;
      this.#connection.resume();
    }
  }

  #isHeldUp(): boolean {
    return this.#stream !== undefined || this.reply.isBlocked;
  }

  #run(bytes: Buffer, end: number): void {
    let at = 0;
    this.#isRunning = true;
    while (at < end && !this.#isClosing) {
      if (this.#isHeldUp()) break;
      const next = this.#step(bytes, at, end);
      if (next < 0) break;
      at = next;
    }
    this.#isRunning = false;
    if (!this.#isClosing) {
      if (at < end) this.#keep(bytes, at, end);
      this.reply.flush();
    }
  }

  /** Carries out what begins at `at`. Returns how far it came, or -1 if more must arrive first. */
  #step(bytes: Buffer, at: number, end: number): number {
    if (this.#intake) return this.#takePayload(this.#intake, bytes, at, end);
    if (this.#swallowBytes > 0) {
      const count = Math.min(this.#swallowBytes, end - at);
      this.#swallowBytes -= count;
      return at + count;
    }
    if (this.#keys) return this.#takeKeys(this.#keys, bytes, at, end);
    if (!this.isAuthenticated) return authenticate(this, bytes, at, end);
    const { line } = this;
    const next = line.read(bytes, at, end);
    if (next < 0) return this.#waitForLine(bytes, at, end);
    this.activeAt = this.now;
    this.reply.sendsAtOnce = next === end;
    execute(this, line, this.now);
    return this.#keys && line.rest !== undefined ? line.rest : next;
  }

  #takePayload(intake: Intake, bytes: Buffer, at: number, end: number): number {
    const next = intake.copy(bytes, at, end);
    if (intake.isComplete) this.#finishPayload(intake.incoming);
    return next;
  }

  #finishPayload(incoming: Incoming): void {
    this.#intake = undefined;
    incoming.finish(this, incoming, incoming.request.draft.value.hasLineEnd());
  }

  #takeKeys(keys: KeyList, bytes: Buffer, at: number, end: number): number {
    const next = continueGet(this, keys, bytes, at, end);
    if (keys.isComplete) this.#keys = undefined;
    return next;
  }

  /** A line that grows too long is a client that speaks something else, unless it asks for many keys. */
  #waitForLine(bytes: Buffer, at: number, end: number): number {
    if (end - at <= LONGEST_LINE_BYTES || bytes.subarray(at, end).includes(NEWLINE)) return -1;
    let start = at;
    while (bytes[start] === SPACE) start++;
    const command = bytes.toString('latin1', start, start + 5);
    if (start - at > MOST_LEADING_SPACES || !/^gets? /.test(command)) {
      this.closeAtOnce();
      return -1;
    }
    const withCas = command === 'gets ';
    this.#keys = { withCas, expiresAt: undefined, isComplete: false };
    return start + (withCas ? 5 : 4);
  }

  #keep(bytes: Buffer, from: number, to: number): void {
    const rest = bytes.subarray(from, to);
    this.#waiting = this.#waiting.length > 0 ? Buffer.concat([this.#waiting, rest]) : Buffer.from(rest);
    // A client that waits for its replies sends nothing meanwhile, and is not worth pausing.
    if (this.#isPaused || !this.#isHeldUp()) return;
    this.#isPaused = true;
    this.#connection.pause();
  }
}
