/** A run of bytes of the arena, and what follows when a value had to be laid out in several. */
export interface Extent {
  /** The region that holds the run. */
  readonly memory: Buffer;
  readonly start: number;
  /** Bytes that may be used from `start` on. */
  readonly length: number;
  /** What the run takes of the arena, with what the arena needs to find it again. */
  readonly blockBytes: number;
  readonly address: number;
  next: Extent | undefined;
}

/** Copies `source[from, to)` to `offset` of the bytes that the extents form together. */
export function copyInto(first: Extent, offset: number, source: Buffer, from: number, to: number): void {
  let extent: Extent | undefined = first;
  let at = offset;
  while (extent && at >= extent.length) {
    at -= extent.length;
    extent = extent.next;
  }
  while (from < to) {
    if (!extent) throw new RangeError('Writing past the end of an allocation');
    const count = Math.min(to - from, extent.length - at);
    source.copy(extent.memory, extent.start + at, from, from + count);
    from += count;
    extent = extent.next;
    at = 0;
  }
}

/** The bytes from `offset` on, as far as they lie in one run, but no more than `length`. */
export function runAt(first: Extent, offset: number, length: number): Buffer {
  let extent: Extent | undefined = first;
  let at = offset;
  while (extent && at >= extent.length) {
    at -= extent.length;
    extent = extent.next;
  }
  if (!extent) throw new RangeError('Reaching past the end of an allocation');
  const start = extent.start + at;
  return extent.memory.subarray(start, start + Math.min(length, extent.length - at));
}

/** Calls `visit` with each contiguous piece of `[offset, offset + length)`, in order. */
export function eachPiece(
  first: Extent,
  offset: number,
  length: number,
  visit: (memory: Buffer, start: number, end: number) => void,
): void {
  let extent: Extent | undefined = first;
  let at = offset;
  let left = length;
  while (left > 0) {
    if (!extent) throw new RangeError('Reading past the end of an allocation');
    if (at < extent.length) {
      const count = Math.min(left, extent.length - at);
      visit(extent.memory, extent.start + at, extent.start + at + count);
      left -= count;
      at = 0;
    } else {
      at -= extent.length;
    }
    extent = extent.next;
  }
}

/** The byte at `offset`. */
export function byteAt(first: Extent, offset: number): number | undefined {
  let extent: Extent | undefined = first;
  let at = offset;
  while (extent && at >= extent.length) {
    at -= extent.length;
    extent = extent.next;
  }
  return extent?.memory[extent.start + at];
}
