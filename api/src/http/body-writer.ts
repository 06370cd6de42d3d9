import type { ServerResponse } from 'node:http';
import type { BodyBudget, BudgetHolder } from '../pool/nodes/body-budget.ts';
import type { Slab } from '../pool/nodes/slab.ts';
import type { ByteRange } from './byte-range.ts';
import { prependHead } from './response-head.ts';

/** Where a BodyWriter's bytes come from. */
export interface PacedBody {
  /** More is wanted. */
  resume(): void;
  /** Everything from this byte on was thrown away, and is wanted after the next `resume`. */
  rewind(toByte: number): void;
  /** Nothing more is wanted. */
  cancel(): void;
}

interface Piece {
  readonly bytes: Buffer;
  readonly slab: Slab | undefined;
}

export interface BodyWriterOptions {
  readonly res: ServerResponse;
  readonly body: PacedBody;
  /** What to send of the body. */
  readonly range: ByteRange;
  readonly status: 200 | 206;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly budget: BodyBudget;
}

/** A client that takes nothing of what it was sent for this long is not waited for. */
const STALL_TIMEOUT_MS = 60_000;

/**
 * Writes one body, or a range of it, to a client at the client's pace. What a node sends meanwhile is queued; when the memory for bodies
 * is used up, the queue is thrown away and its bytes are fetched again later.
 */
export class BodyWriter implements BudgetHolder {
  readonly #res: ServerResponse;
  readonly #budget: BodyBudget;
  readonly #body: PacedBody;
  readonly #range: ByteRange;
  /** Until it is sent, together with the first bytes. */
  #head: { readonly status: 200 | 206; readonly headers: string[] } | undefined;
  /** Place in the body of the next byte to come. */
  #position = 0;
  #queue: Piece[] = [];
  /** What the response is still reading from after the system took no more. */
  #lent: Slab | undefined;
  #isBackedUp = false;
  #unflushedWrites = 0;
  #stallTimer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor({ res, body, range, status, headers, budget }: BodyWriterOptions) {
    this.#res = res;
    this.#body = body;
    this.#range = range;
    this.#head = { status, headers };
    this.#budget = budget;
  }

  /** Takes the body's next bytes. False when the client does not keep up, until `resume` is called. */
  write(bytes: Buffer, slab: Slab | undefined): boolean {
    const { start, end } = this.#range;
    const from = this.#position;
    if (this.#isOver || from >= end) return false;
    this.#position = from + bytes.length;
    if (this.#position <= start) return true;
    if (from < start || this.#position > end) {
      bytes = bytes.subarray(Math.max(0, start - from), end - from);
      this.#position = Math.min(this.#position, end);
    }
    if (!this.#isBackedUp) return this.#send(bytes, slab);
    slab?.retain();
    this.#queue.push({ bytes, slab });
    this.#budget.offer(this);
    return false;
  }

  letGo(): void {
    for (const { bytes, slab } of this.#queue.splice(0)) {
      this.#position -= bytes.length;
      slab?.release();
    }
    this.#body.rewind(this.#position);
  }

  /** Call when the response is closed: it was sent to the end, or the client has gone. */
  close(): void {
    this.#finish();
    clearTimeout(this.#stallTimer);
    this.#budget.withdraw(this);
    for (const { slab } of this.#queue.splice(0)) slab?.release();
    this.#lent?.release();
    this.#lent = undefined;
  }

  /** @returns whether the system has taken the bytes at once and there are more to come */
  #send(bytes: Buffer, slab: Slab | undefined): boolean {
    const isLast = this.#position === this.#range.end && this.#queue.length === 0;
    if (this.#head !== undefined) {
      bytes = prependHead(this.#res, this.#head.status, this.#head.headers, bytes, slab);
      this.#head = undefined;
    }
    if (isLast) {
      this.#finish();
      this.#res.end(bytes);
    } else {
      this.#unflushedWrites++;
      // Node would hold it back until the end of the turn, and nobody could tell whether the system takes it.
      const { socket } = this.#res;
      socket?.cork();
      this.#res.write(bytes, this.#onFlushed);
      socket?.uncork();
    }
    if (unsentBytes(this.#res) === 0) return !isLast;
    this.#isBackedUp = true;
    slab?.retain();
    this.#lent = slab;
    this.#stallTimer = setTimeout(() => this.#res.destroy(), STALL_TIMEOUT_MS);
    return false;
  }

  readonly #onFlushed = (error?: Error | null): void => {
    if (--this.#unflushedWrites > 0 || !this.#isBackedUp || this.#isOver || error) return;
    clearTimeout(this.#stallTimer);
    this.#lent?.release();
    this.#lent = undefined;
    this.#isBackedUp = false;
    this.#sendQueue();
  };

  #sendQueue(): void {
    while (this.#queue.length > 0) {
      const { bytes, slab } = this.#queue.shift()!;
      const isFlushed = this.#send(bytes, slab);
      slab?.release();
      if (!isFlushed) break;
    }
    if (this.#queue.length > 0) return;
    this.#budget.withdraw(this);
    if (!this.#isBackedUp && !this.#isOver) this.#body.resume();
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#body.cancel();
  }
}

/** What was written and neither the system nor, for a response that waits for the one before it, a socket has taken. */
function unsentBytes(res: ServerResponse): number {
  return res.socket === null ? res.writableLength : res.socket.writableLength;
}
