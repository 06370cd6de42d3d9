import type { Arena } from './arena.ts';
import { byteAt, copyInto, eachPiece, runAt, type Extent } from './extent.ts';

/** Follows each value in memory, so that the reply to a `get` of one key ends with it. */
const TRAILER = Buffer.from('\r\nEND\r\n');

/** Bytes at the end of `TRAILER` that belong to `get` alone; other replies end with the two before. */
export const LINE_END_BYTES = 2;
export const TRAILER_BYTES = TRAILER.length;

/** Room for the header of a meta reply, also where the key is short. */
const LEAST_HEADER_ROOM = 40;

/** What stands in front of the payload at the moment. */
export const HeaderInPlace = { NONE: 0, TEXT: 1, OTHER: 2 } as const;
export type HeaderInPlace = (typeof HeaderInPlace)[keyof typeof HeaderInPlace];

/**
 * A payload as it lies in the arena, ready for the wire: room for a header, the payload, the trailer. With the header in place
 * a reply is one run of bytes and needs one write.
 *
 * Whoever hands its memory to a socket pins it until the socket is done; memory that was given up meanwhile is released then.
 */
export class Value {
  readonly extent: Extent;
  /** What replies are sent from, without the way through the extent: whether all lies in it, its memory, the payload's start. */
  readonly isContiguous: boolean;
  readonly memory: Buffer;
  readonly payloadStart: number;
  /** Bytes before the payload. */
  readonly room: number;
  /** Bytes of the payload. */
  readonly length: number;
  header: HeaderInPlace = HeaderInPlace.NONE;
  /** Bytes of the header in place, which ends where the payload begins. */
  headerBytes = 0;
  /** The cache, and the sockets that are reading. */
  #holders = 1;

  private constructor(extent: Extent, room: number, length: number) {
    this.extent = extent;
    this.isContiguous = extent.next === undefined;
    this.memory = extent.memory;
    this.payloadStart = extent.start + room;
    this.room = room;
    this.length = length;
  }

  /** `undefined` when the arena has no room. */
  static allocate(arena: Arena, headerBytes: number, length: number): Value | undefined {
    const room = Math.max(headerBytes, LEAST_HEADER_ROOM);
    const extent = arena.allocate(room + length + TRAILER_BYTES);
    if (!extent) return undefined;
    const value = new Value(extent, room, length);
    copyInto(extent, room + length, TRAILER, 0, TRAILER_BYTES);
    return value;
  }

  /** The same elsewhere in the arena, with the header that is in place; `undefined` when there is no room. */
  copy(arena: Arena): Value | undefined {
    const bytes = this.room + this.length + TRAILER_BYTES;
    const extent = arena.allocate(bytes);
    if (!extent) return undefined;
    let at = 0;
    eachPiece(this.extent, 0, bytes, (memory, start, end) => {
      copyInto(extent, at, memory, start, end);
      at += end - start;
    });
    const copy = new Value(extent, this.room, this.length);
    copy.header = this.header;
    copy.headerBytes = this.headerBytes;
    return copy;
  }

  get isPinned(): boolean {
    return this.#holders > 1;
  }

  /** Copies `source[from, to)` to `offset` of the payload. The trailer may be written too: that is how it is checked. */
  write(offset: number, source: Buffer, from: number, to: number): void {
    copyInto(this.extent, this.room + offset, source, from, to);
  }

  /** Where to put up to `length` bytes from `offset` of the payload on, as many as lie in one run. The trailer counts as in `write`. */
  roomAt(offset: number, length: number): Buffer {
    return runAt(this.extent, this.room + offset, length);
  }

  /** Copies a header so that it ends where the payload begins; it must fit in `room`. */
  putHeader(kind: HeaderInPlace, source: Buffer, from: number, to: number): void {
    this.headerBytes = to - from;
    // The room lies in the first extent, and a loop is faster than a call for so few bytes.
    const { memory } = this;
    const at = this.payloadStart - this.headerBytes - from;
    for (let index = from; index < to; index++) memory[at + index] = source[index]!;
    this.header = kind;
  }

  /** Visits the pieces of the payload. */
  pieces(visit: (memory: Buffer, start: number, end: number) => void): void {
    eachPiece(this.extent, this.room, this.length, visit);
  }

  /** Whether the client ended the payload as it should, with a line end. */
  hasLineEnd(): boolean {
    const end = this.room + this.length;
    return byteAt(this.extent, end) === TRAILER[0] && byteAt(this.extent, end + 1) === TRAILER[1];
  }

  /** What the value takes of the arena. */
  blockBytes(): number {
    let total = 0;
    for (let extent: Extent | undefined = this.extent; extent; extent = extent.next)
      total += extent.blockBytes;
    return total;
  }

  pin(): void {
    this.#holders += 1;
  }

  unpin(arena: Arena): void {
    this.#holders -= 1;
    if (this.#holders === 0) arena.release(this.extent);
  }

  /** The memory may be used for something else once no socket needs it any more. */
  giveUp(arena: Arena): void {
    this.unpin(arena);
  }
}
