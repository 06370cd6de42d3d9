import type { Extent } from './extent.ts';
import { FreeLists, NONE } from './free-lists.ts';

/** Blocks are made of granules of 32 bytes; an address is the number of a granule, so 31 bits reach 64 GiB. */
const GRANULE_LOG2 = 5;
const GRANULE_BYTES = 1 << GRANULE_LOG2;
const WORDS_LOG2 = GRANULE_LOG2 - 2;
/** Each block begins with two words: its size (negative when free) and the size of the block before it in memory. */
const TAG_BYTES = 8;
const PREVIOUS_SIZE = 1;
/** Two more words of a free block link it into its list. */
const NEXT_FREE = 2;
const PREVIOUS_FREE = 3;

/** A value is laid out in at most so many pieces, none but the last smaller than a page. */
const MOST_PIECES = 64;
const SMALLEST_PIECE_BYTES = 4096;

const REGION_LOG2 = 26;
const REGION_BYTES = 1 << REGION_LOG2;
const REGION_GRANULES_LOG2 = REGION_LOG2 - GRANULE_LOG2;
const REGION_GRANULES_MASK = (1 << REGION_GRANULES_LOG2) - 1;
const MOST_REGIONS = 2 ** (31 - REGION_GRANULES_LOG2);
const LARGEST_ARENA_BYTES = 2 ** 31 * GRANULE_BYTES;

interface Region {
  readonly bytes: Buffer;
  readonly words: Int32Array;
  readonly granules: number;
}

/**
 * The memory in which values live: a few large regions, cut into blocks and merged again by their boundary tags. The collector
 * never sees a value, and what is handed out is what the process holds. A region is taken when it is first needed.
 *
 * When there is room but no block is long enough, a value is laid out in several, the largest first, so that no memory is lost to
 * gaps between blocks.
 */
export class Arena {
  readonly #regions: Region[] = [];
  readonly #free = new FreeLists();
  #capacityBytes: number;
  #committedBytes = 0;
  #usedBytes = 0;

  constructor(capacityBytes: number) {
    this.#capacityBytes = Math.min(capacityBytes, LARGEST_ARENA_BYTES);
  }

  /** Bytes taken from the system so far. */
  get committedBytes(): number {
    return this.#committedBytes;
  }

  /** Bytes of the blocks handed out, tags and rounding included. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Lets the arena take more from the system, or no more than it has. */
  setCapacity(capacityBytes: number): void {
    this.#capacityBytes = Math.min(capacityBytes, LARGEST_ARENA_BYTES);
  }

  /** Room for `bytes`, in one extent if possible; `undefined` when there is none: release something and try again. */
  allocate(bytes: number): Extent | undefined {
    const size = granulesFor(bytes);
    let list = this.#free.listAtLeast(size);
    if (list === NONE && this.#grow()) list = this.#free.listAtLeast(size);
    return list === NONE ? this.#allocatePieces(bytes) : this.#take(this.#free.head(list), size);
  }

  /** Takes back all extents of an allocation. */
  release(first: Extent): void {
    for (let extent: Extent | undefined = first; extent; extent = extent.next) this.#giveBack(extent.address);
  }

  /** Throws when the blocks and the free lists contradict each other. For tests. */
  check(): void {
    let free = 0;
    this.#regions.forEach((region, index) => {
      let previous = 0;
      for (let at = 0; at < region.granules;) {
        const tag = region.words[at << WORDS_LOG2]!;
        if (tag === 0) throw new Error(`Block of no size at ${at} of region ${index}`);
        if (region.words[(at << WORDS_LOG2) + PREVIOUS_SIZE] !== previous)
          throw new Error(`Wrong tag at ${at}`);
        if (tag < 0) free -= tag;
        previous = Math.abs(tag);
        at += previous;
      }
    });
    if (free * GRANULE_BYTES + this.#usedBytes !== this.#committedBytes)
      throw new Error('Bytes do not add up');
  }

  #allocatePieces(bytes: number): Extent | undefined {
    const smallest = Math.min(bytes, Math.max(SMALLEST_PIECE_BYTES, Math.ceil(bytes / MOST_PIECES)));
    let first: Extent | undefined;
    let last: Extent | undefined;
    let left = bytes;
    while (left > 0) {
      const list = this.#free.largest();
      const address = list === NONE ? NONE : this.#free.head(list);
      const room = address === NONE ? 0 : -this.#tag(address) * GRANULE_BYTES - TAG_BYTES;
      if (room < Math.min(left, smallest)) {
        if (this.#grow()) continue;
        if (first) this.release(first);
        return undefined;
      }
      const piece = this.#take(address, granulesFor(Math.min(left, room)));
      left -= piece.length;
      if (last) last.next = piece;
      else first = piece;
      last = piece;
    }
    return first;
  }

  /** Cuts a used block of `size` granules from the free block at `address`. */
  #take(address: number, size: number): Extent {
    const whole = -this.#tag(address);
    this.#unlink(address, whole);
    if (whole > size) {
      this.#setTag(address + size, -(whole - size));
      this.#setPreviousSize(address + size, size);
      this.#tellNext(address + size, whole - size);
      this.#link(address + size, whole - size);
    }
    this.#setTag(address, size);
    this.#usedBytes += size * GRANULE_BYTES;
    return {
      memory: this.#region(address).bytes,
      start: ((address & REGION_GRANULES_MASK) << GRANULE_LOG2) + TAG_BYTES,
      length: size * GRANULE_BYTES - TAG_BYTES,
      blockBytes: size * GRANULE_BYTES,
      address,
      next: undefined,
    };
  }

  #giveBack(address: number): void {
    let start = address;
    let size = this.#tag(address);
    if (size <= 0) throw new Error('Block released twice');
    this.#usedBytes -= size * GRANULE_BYTES;
    const next = address + size;
    if (this.#isInside(next, address) && this.#tag(next) < 0) {
      const nextSize = -this.#tag(next);
      this.#unlink(next, nextSize);
      size += nextSize;
    }
    const previousSize = this.#word(address, PREVIOUS_SIZE);
    if (previousSize > 0 && this.#tag(address - previousSize) < 0) {
      start = address - previousSize;
      this.#unlink(start, previousSize);
      size += previousSize;
    }
    this.#setTag(start, -size);
    this.#tellNext(start, size);
    this.#link(start, size);
  }

  #grow(): boolean {
    const left = Math.floor((this.#capacityBytes - this.#committedBytes) / GRANULE_BYTES) * GRANULE_BYTES;
    const bytes = Math.min(REGION_BYTES, left);
    if (bytes < SMALLEST_PIECE_BYTES || this.#regions.length === MOST_REGIONS) return false;
    // A fresh ArrayBuffer is pages that the system gives on first touch.
    const buffer = new ArrayBuffer(bytes);
    const granules = bytes >> GRANULE_LOG2;
    const address = this.#regions.length << REGION_GRANULES_LOG2;
    this.#regions.push({ bytes: Buffer.from(buffer), words: new Int32Array(buffer), granules });
    this.#committedBytes += bytes;
    this.#setTag(address, -granules);
    this.#setPreviousSize(address, 0);
    this.#link(address, granules);
    return true;
  }

  #link(address: number, size: number): void {
    const list = this.#free.classOf(size);
    const head = this.#free.head(list);
    this.#setWord(address, NEXT_FREE, head);
    this.#setWord(address, PREVIOUS_FREE, NONE);
    if (head !== NONE) this.#setWord(head, PREVIOUS_FREE, address);
    this.#free.setHead(list, address);
  }

  #unlink(address: number, size: number): void {
    const next = this.#word(address, NEXT_FREE);
    const previous = this.#word(address, PREVIOUS_FREE);
    if (next !== NONE) this.#setWord(next, PREVIOUS_FREE, previous);
    if (previous === NONE) this.#free.setHead(this.#free.classOf(size), next);
    else this.#setWord(previous, NEXT_FREE, next);
  }

  /** Tells the block after the one at `address` how large that is. */
  #tellNext(address: number, size: number): void {
    const next = address + size;
    if (this.#isInside(next, address)) this.#setPreviousSize(next, size);
  }

  /** Whether `address` lies in the region of `from`, and not past its end. */
  #isInside(address: number, from: number): boolean {
    const offset = (from & REGION_GRANULES_MASK) + (address - from);
    return offset < this.#region(from).granules;
  }

  #region(address: number): Region {
    return this.#regions[address >>> REGION_GRANULES_LOG2]!;
  }

  #tag(address: number): number {
    return this.#word(address, 0);
  }

  #setTag(address: number, size: number): void {
    this.#setWord(address, 0, size);
  }

  #setPreviousSize(address: number, size: number): void {
    this.#setWord(address, PREVIOUS_SIZE, size);
  }

  #word(address: number, word: number): number {
    return this.#region(address).words[((address & REGION_GRANULES_MASK) << WORDS_LOG2) + word]!;
  }

  #setWord(address: number, word: number, value: number): void {
    this.#region(address).words[((address & REGION_GRANULES_MASK) << WORDS_LOG2) + word] = value;
  }
}

function granulesFor(bytes: number): number {
  return (bytes + TAG_BYTES + GRANULE_BYTES - 1) >>> GRANULE_LOG2;
}
