import type { Counters } from './counters.ts';
import type { Arena } from './memory/arena.ts';
import { eachPiece } from './memory/extent.ts';
import { LINE_END_BYTES, TRAILER_BYTES, type HeaderInPlace, type Value } from './memory/value.ts';
import { writeLineEnd, writeText } from './protocol/headers.ts';
import { type Scratch, SCRATCH_BYTES } from './scratch.ts';
import type { Sender } from './sender.ts';

/** Smaller payloads are copied together with the replies around them; larger ones go to the socket from where they lie. */
export const LARGEST_COPY_BYTES = 16 * 1024;

/** Below, a copy costs no more than a write of its own would. */
const LEAST_LENT_BYTES = 1024;
/** Up to so many bytes a loop is faster than a call that copies. */
const LARGEST_LOOP_BYTES = 256;

/** What may be gathered of large values before the socket is asked to take it. */
const MOST_GATHERED_BYTES = 256 * 1024;
/** The longest reply line: two keys, an opaque and a handful of numbers. */
export const LONGEST_LINE_BYTES = 2048;

/** The replies to one client, in order, gathered so that many go out in one write. */
export class Outbox {
  readonly #sender: Sender;
  readonly #scratch: Scratch;
  readonly #arena: Arena;
  readonly #counters: Counters;
  /** Pieces that go before what is in the scratch from `#from` on. */
  #parts: Buffer[] | undefined;
  #gatheredBytes = 0;
  /** Where the replies begin in the scratch that are not among the parts yet. */
  #from = 0;
  /** Values and scratches that the socket is still reading from. */
  #pinned: Value[] | undefined;
  #left: Buffer[] | undefined;
  /** Told when the socket has sent everything after it could not at once. */
  onDrained: () => void = () => {};
  readonly #onSent = (): void => {
    this.unpin();
    this.onDrained();
  };
  /** Nothing is known to follow the next reply, so that gathering would gain nothing. */
  sendsAtOnce = false;
  #isBlocked = false;

  constructor(sender: Sender, scratch: Scratch, arena: Arena, counters: Counters) {
    this.#sender = sender;
    this.#scratch = scratch;
    this.#arena = arena;
    this.#counters = counters;
  }

  /** The client reads more slowly than it asks: nothing more may be put in until the socket has drained. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  get hasUnsent(): boolean {
    return this.#parts !== undefined || this.#scratch.used > this.#from;
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
   * A value, after the header that was written from `room()` to `headerEnd`. The header may stay in front of the payload for the
   * next reader, who learns its kind from the value.
   */
  value(value: Value, headerEnd: number, kind: HeaderInPlace, isLast: boolean): void {
    const tail = isLast ? TRAILER_BYTES : LINE_END_BYTES;
    const at = this.#scratch.used;
    const headerBytes = headerEnd - at;
    const isAlone = at === this.#from && !value.isPinned && headerBytes <= value.room;
    if (isAlone && value.length > LEAST_LENT_BYTES && this.#canSendAtOnce(value)) {
      value.putHeader(kind, this.bytes, at, headerEnd);
      this.#sendAtOnce(value, headerBytes + value.length + tail);
    } else if (value.length > LARGEST_COPY_BYTES) {
      if (isAlone) value.putHeader(kind, this.bytes, at, headerEnd);
      else this.#scratch.used = headerEnd;
      const lent = isAlone ? headerBytes : 0;
      this.#lend(value, value.room - lent, lent + value.length + tail);
    } else {
      this.#copy(value, headerEnd, value.room, value.length + tail);
    }
  }

  /** A value whose header of the text protocol is in place. */
  readyValue(value: Value, isLast: boolean): void {
    const length = value.headerBytes + value.length + (isLast ? TRAILER_BYTES : LINE_END_BYTES);
    const offset = value.room - value.headerBytes;
    if (value.length > LEAST_LENT_BYTES && this.#canSendAtOnce(value)) this.#sendAtOnce(value, length);
    else if (value.length > LARGEST_COPY_BYTES) this.#lend(value, offset, length);
    else this.#copy(value, this.room(), offset, length);
  }

  /** Hands everything gathered to the socket. */
  flush(): void {
    const { used } = this.#scratch;
    const parts = this.#parts;
    if (parts === undefined) {
      if (used > 0) {
        this.#counters.bytes_written += used;
        this.#sender.send(this.#scratch.view());
        this.#settle();
      }
      return;
    }
    this.#endPart(parts);
    for (const part of parts) this.#counters.bytes_written += part.length;
    if (parts.length === 1) this.#sender.send(parts[0]!);
    else this.#sender.sendAll(parts);
    this.#settle();
  }

  /** The socket has sent everything, or is gone: it needs none of the values any more. */
  unpin(): void {
    this.#isBlocked = false;
    if (this.#left !== undefined) {
      for (const left of this.#left) this.#scratch.takeBack(left);
      this.#left = undefined;
    }
    const pinned = this.#pinned;
    if (pinned === undefined) return;
    this.#pinned = undefined;
    for (const value of pinned) value.unpin(this.#arena);
  }

  /** What was gathered has been handed over. */
  #settle(): void {
    if (this.#sender.unsentBytes === 0) {
      this.unpin();
    } else {
      (this.#left ??= []).push(this.#scratch.leave());
      this.#waitUntilSent();
    }
    this.#parts = undefined;
    this.#gatheredBytes = 0;
    this.#scratch.used = 0;
    this.#from = 0;
  }

  #waitUntilSent(): void {
    this.#isBlocked = this.#sender.unsentBytes > LARGEST_COPY_BYTES;
    this.#sender.whenSent(this.#onSent);
  }

  /** Whether the reply is the only one, so that there is nothing to gather it with. */
  #canSendAtOnce(value: Value): boolean {
    return this.sendsAtOnce && value.isContiguous && this.#scratch.used === 0 && this.#parts === undefined;
  }

  /** Sends the header in place and what follows it, `length` bytes, from where they lie. */
  #sendAtOnce(value: Value, length: number): void {
    const { memory } = value;
    const from = value.payloadStart - value.headerBytes;
    this.#sender.send(memory.subarray(from, from + length));
    this.#counters.bytes_written += length;
    if (this.#sender.unsentBytes === 0) return;
    value.pin();
    (this.#pinned ??= []).push(value);
    this.#waitUntilSent();
  }

  /** Copies `length` bytes from `offset` of a value to `at`, and makes them part of the reply. */
  #copy(value: Value, at: number, offset: number, length: number): void {
    const { memory } = value;
    const from = value.payloadStart - value.room + offset;
    if (!value.isContiguous) {
      let to = at;
      eachPiece(value.extent, offset, length, (piece, pieceStart, pieceEnd) => {
        piece.copy(this.bytes, to, pieceStart, pieceEnd);
        to += pieceEnd - pieceStart;
      });
    } else if (length <= LARGEST_LOOP_BYTES) {
      copyShort(this.bytes, at, memory, from, length);
    } else {
      memory.copy(this.bytes, at, from, from + length);
    }
    this.#scratch.used = at + length;
  }

  /** Lets the socket read `length` bytes of a value from where they lie. */
  #lend(value: Value, offset: number, length: number): void {
    const parts = (this.#parts ??= []);
    this.#endPart(parts);
    value.pin();
    (this.#pinned ??= []).push(value);
    if (value.isContiguous) {
      const start = value.payloadStart - value.room + offset;
      parts.push(value.memory.subarray(start, start + length));
    } else {
      eachPiece(value.extent, offset, length, (memory, start, end) => {
        parts.push(memory.subarray(start, end));
      });
    }
    this.#gatheredBytes += length;
    if (this.#gatheredBytes > MOST_GATHERED_BYTES) this.flush();
  }

  #endPart(parts: Buffer[]): void {
    const { used } = this.#scratch;
    if (used === this.#from) return;
    parts.push(this.#scratch.bytes.subarray(this.#from, used));
    this.#from = used;
  }
}

/** Copies eight bytes a turn: for so few that is twice as fast as any call that copies. */
function copyShort(to: Buffer, at: number, source: Buffer, from: number, length: number): void {
  let index = 0;
  for (const end = length - 7; index < end; index += 8) {
    const target = at + index;
    const origin = from + index;
    to[target] = source[origin]!;
    to[target + 1] = source[origin + 1]!;
    to[target + 2] = source[origin + 2]!;
    to[target + 3] = source[origin + 3]!;
    to[target + 4] = source[origin + 4]!;
    to[target + 5] = source[origin + 5]!;
    to[target + 6] = source[origin + 6]!;
    to[target + 7] = source[origin + 7]!;
  }
  for (; index < length; index++) to[at + index] = source[from + index]!;
}
