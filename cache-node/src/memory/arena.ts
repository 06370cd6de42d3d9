import type { Extent } from './extent.ts';
import { FreeLists, NONE } from './free-lists.ts';
import { Region } from './region.ts';

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

/**
 * The memory in which values live: a few large regions, cut into blocks and merged again by their boundary tags. The collector
 * never sees a value, and what is handed out is what the process holds. A region is taken when it is first needed.
 *
 * When there is room but no block is long enough, a value is laid out in several, the largest first, so that no memory is lost to
 * gaps between blocks.
 *
 * When the capacity becomes less, regions are retired one by one: nothing more is put into them, and when nothing is left in one
 * its memory goes back to the system. It is for the owner of the values to move them.
 */
export class Arena {
  readonly #regions: (Region | undefined)[] = [];
  readonly #free = new FreeLists();
  #capacityBytes: number;
  #committedBytes = 0;
  /** Part of the committed. */
  #retiredBytes = 0;
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

  /** Whether there are regions that wait for their values to be moved. */
  get isRetiring(): boolean {
    return this.#retiredBytes > 0;
  }

  /** Lets the arena take more from the system, or no more than it has; for less, call `retire` until it returns false. */
  setCapacity(capacityBytes: number): void {
    this.#capacityBytes = Math.min(capacityBytes, LARGEST_ARENA_BYTES);
  }

  /** Retires the emptiest region if there are more than the capacity allows for. Returns whether it did. */
  retire(): boolean {
    if (this.#committedBytes - this.#retiredBytes <= this.#capacityBytes) return false;
    let emptiest: number | undefined;
    let least = Infinity;
    this.#regions.forEach((region, index) => {
      if (region === undefined || region.isRetired || region.usedGranules >= least) return;
      emptiest = index;
      least = region.usedGranules;
    });
    if (emptiest === undefined) return false;
    const region = this.#regions[emptiest]!;
    region.isRetired = true;
    this.#retiredBytes += region.bytes.length;
    const first = emptiest << REGION_GRANULES_LOG2;
    for (let at = 0; at < region.granules; at += Math.abs(this.#tag(first + at))) {
      const size = -this.#tag(first + at);
      if (size > 0) this.#unlink(first + at, size);
    }
    this.#dropIfEmpty(emptiest);
    return true;
  }

  /** Whether part of the allocation lies in a retired region. */
  isInRetired(first: Extent): boolean {
    for (let extent: Extent | undefined = first; extent; extent = extent.next) {
      if (this.#region(extent.address).isRetired) return true;
    }
    return false;
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
      if (region === undefined) return;
      let previous = 0;
      let used = 0;
      for (let at = 0; at < region.granules;) {
        const tag = region.words[at << WORDS_LOG2]!;
        if (tag === 0) throw new Error(`Block of no size at ${at} of region ${index}`);
        if (region.words[(at << WORDS_LOG2) + PREVIOUS_SIZE] !== previous)
          throw new Error(`Wrong tag at ${at}`);
        if (tag < 0) free -= tag;
        else used += tag;
        previous = Math.abs(tag);
        at += previous;
      }
      if (used !== region.usedGranules) throw new Error(`Wrong sum in region ${index}`);
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
    const region = this.#region(address);
    region.usedGranules += size;
    return {
      memory: region.bytes,
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
    const region = this.#region(address);
    region.usedGranules -= size;
    if (region.isRetired) {
      // Nobody looks for room here any more, so it need not be merged.
      this.#setTag(address, -size);
      this.#dropIfEmpty(address >>> REGION_GRANULES_LOG2);
      return;
    }
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
    const missing = this.#capacityBytes - (this.#committedBytes - this.#retiredBytes);
    const bytes = Math.min(REGION_BYTES, Math.floor(missing / GRANULE_BYTES) * GRANULE_BYTES);
    const gap = this.#regions.indexOf(undefined);
    const index = gap < 0 ? this.#regions.length : gap;
    if (bytes < SMALLEST_PIECE_BYTES || index === MOST_REGIONS) return false;
    const region = new Region(bytes, GRANULE_LOG2);
    const address = index << REGION_GRANULES_LOG2;
    this.#regions[index] = region;
    this.#committedBytes += bytes;
    this.#setTag(address, -region.granules);
    this.#setPreviousSize(address, 0);
    this.#link(address, region.granules);
    return true;
  }

  #dropIfEmpty(index: number): void {
    const region = this.#regions[index];
    if (region === undefined || region.usedGranules > 0) return;
    this.#regions[index] = undefined;
    this.#committedBytes -= region.bytes.length;
    this.#retiredBytes -= region.bytes.length;
    region.free();
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
