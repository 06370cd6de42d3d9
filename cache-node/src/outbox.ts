import type { Socket } from 'node:net';
import type { Counters } from './counters.ts';
import type { Arena } from './memory/arena.ts';
import { eachPiece } from './memory/extent.ts';
import { LINE_END_BYTES, TRAILER_BYTES, type HeaderInPlace, type Value } from './memory/value.ts';
import { writeLineEnd, writeText } from './protocol/headers.ts';

/** Smaller payloads are copied together with the replies around them; larger ones go to the socket from where they lie. */
export const LARGEST_COPY_BYTES = 16 * 1024;

const SCRATCH_BYTES = 256 * 1024;
/** What may be gathered of large values before the socket is asked to take it. */
const MOST_GATHERED_BYTES = 256 * 1024;
/** The longest reply line: two keys, an opaque and a handful of numbers. */
export const LONGEST_LINE_BYTES = 2048;

/** Where replies are put together. One serves all connections: each takes its replies away before the next one's turn. */
export class Scratch {
  bytes = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  used = 0;

  /** A socket is still reading from it: leave it to that socket. */
  leave(): void {
    this.bytes = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  }
}

/** The replies to one client, in order, gathered so that many go out in one write. */
export class Outbox {
  readonly #socket: Socket;
  readonly #scratch: Scratch;
  readonly #arena: Arena;
  readonly #counters: Counters;
  readonly #parts: Buffer[] = [];
  #gatheredBytes = 0;
  /** Where the replies begin in the scratch that are not among the parts yet. */
  #from = 0;
  /** Values that the socket is still reading from. */
  readonly #pinned: Value[] = [];
  #usesScratch = false;

  constructor(socket: Socket, scratch: Scratch, arena: Arena, counters: Counters) {
    this.#socket = socket;
    this.#scratch = scratch;
    this.#arena = arena;
    this.#counters = counters;
  }

  /** The client reads more slowly than it asks: nothing more may be put in until the socket has drained. */
  get isBlocked(): boolean {
    return this.#socket.writableNeedDrain;
  }

  get hasUnsent(): boolean {
    return this.#parts.length > 0 || this.#scratch.used > this.#from;
  }

  /** Where a reply may be written, from `at` on; there is room for one line and a payload that is copied. */
  get bytes(): Buffer {
    return this.#scratch.bytes;
  }

  /** Makes room, and says where in `bytes` it begins. */
  room(): number {
    if (this.#scratch.used + LONGEST_LINE_BYTES + LARGEST_COPY_BYTES + TRAILER_BYTES > SCRATCH_BYTES)
      this.flush();
    return this.#scratch.used;
  }

  /** What was written from `room()` to `end` is part of the reply. */
  advance(end: number): void {
    this.#scratch.used = end;
  }

  line(text: string): void {
    const at = this.room();
    this.#scratch.used = writeLineEnd(this.bytes, writeText(this.bytes, at, text));
  }

  /** Text of any length. */
  text(text: string): void {
    for (let from = 0; from < text.length; from += LARGEST_COPY_BYTES) {
      const at = this.room();
      this.#scratch.used = at + this.bytes.write(text.slice(from, from + LARGEST_COPY_BYTES), at, 'latin1');
    }
  }

  /**
   * A value, after the header that was written from `room()` to `headerEnd`. With `isText` that header may stay in front of the
   * payload for the next reader.
   */
  value(value: Value, headerEnd: number, kind: HeaderInPlace, isLast: boolean): void {
    const tail = isLast ? TRAILER_BYTES : LINE_END_BYTES;
    if (value.length <= LARGEST_COPY_BYTES) {
      this.#copy(value, headerEnd, tail);
      return;
    }
    const at = this.#scratch.used;
    const headerBytes = headerEnd - at;
    if (at === this.#from && !value.isPinned && headerBytes <= value.room) {
      value.putHeader(kind, this.bytes, at, headerEnd);
      this.#lend(value, value.room - headerBytes, headerBytes + value.length + tail);
    } else {
      this.#scratch.used = headerEnd;
      this.#lend(value, value.room, value.length + tail);
    }
  }

  /** A value whose header of the text protocol is in place. */
  readyValue(value: Value, isLast: boolean): void {
    const tail = isLast ? TRAILER_BYTES : LINE_END_BYTES;
    const length = value.headerBytes + value.length + tail;
    if (value.length > LARGEST_COPY_BYTES) {
      this.#lend(value, value.room - value.headerBytes, length);
      return;
    }
    const at = this.room();
    if (value.isContiguous) {
      const start = value.extent.start + value.room - value.headerBytes;
      value.extent.memory.copy(this.bytes, at, start, start + length);
      this.#scratch.used = at + length;
    } else {
      this.#copyPieces(value, at, value.room - value.headerBytes, length);
    }
  }

  /** Hands everything gathered to the socket. */
  flush(): void {
    this.#endPart();
    const parts = this.#parts;
    if (parts.length === 0) return;
    const socket = this.#socket;
    if (!socket.writable) {
      this.#forget();
      return;
    }
    this.#counters.bytes_written += this.#gatheredBytes;
    if (parts.length === 1) {
      socket.write(parts[0]!);
    } else {
      socket.cork();
      for (const part of parts) socket.write(part);
      socket.uncork();
    }
    const isTaken = socket.writableLength === 0;
    if (!isTaken && this.#usesScratch) this.#scratch.leave();
    if (isTaken) this.unpin();
    this.#reset();
  }

  /** The socket needs none of the values any more: it has drained or is gone. */
  unpin(): void {
    if (this.#pinned.length === 0) return;
    for (const value of this.#pinned) value.unpin(this.#arena);
    this.#pinned.length = 0;
  }

  #copy(value: Value, headerEnd: number, tail: number): void {
    const length = value.length + tail;
    if (value.isContiguous) {
      const start = value.extent.start + value.room;
      value.extent.memory.copy(this.bytes, headerEnd, start, start + length);
      this.#scratch.used = headerEnd + length;
    } else {
      this.#copyPieces(value, headerEnd, value.room, length);
    }
  }

  #copyPieces(value: Value, at: number, offset: number, length: number): void {
    eachPiece(value.extent, offset, length, (memory, start, end) => {
      memory.copy(this.bytes, at, start, end);
      at += end - start;
    });
    this.#scratch.used = at;
  }

  /** Lets the socket read `length` bytes of a value from where they lie. */
  #lend(value: Value, offset: number, length: number): void {
    this.#endPart();
    value.pin();
    this.#pinned.push(value);
    if (value.isContiguous) {
      const start = value.extent.start + offset;
      this.#parts.push(value.extent.memory.subarray(start, start + length));
    } else {
      eachPiece(value.extent, offset, length, (memory, start, end) => {
        this.#parts.push(memory.subarray(start, end));
      });
    }
    this.#gatheredBytes += length;
    if (this.#gatheredBytes > MOST_GATHERED_BYTES) this.flush();
  }

  #endPart(): void {
    const { used } = this.#scratch;
    if (used === this.#from) return;
    this.#parts.push(this.#scratch.bytes.subarray(this.#from, used));
    this.#gatheredBytes += used - this.#from;
    this.#from = used;
    this.#usesScratch = true;
  }

  #forget(): void {
    this.unpin();
    this.#reset();
  }

  #reset(): void {
    this.#parts.length = 0;
    this.#gatheredBytes = 0;
    this.#scratch.used = 0;
    this.#from = 0;
    this.#usesScratch = false;
  }
}
