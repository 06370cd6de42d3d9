import { randomInt } from 'node:crypto';
import type { Entry } from './entry.ts';
import { writeText } from './protocol/headers.ts';
import { LONGEST_KEY } from './protocol/limits.ts';

const FEWEST_BUCKETS = 1024;
/** How many buckets of the smaller table move to the larger with each insertion while the index grows. */
const MOVED_PER_INSERT = 4;

/**
 * The entries by key, found by the bytes of a request without making a string of them. Grows a little with each insertion, so that no
 * request waits for a table to be rebuilt.
 *
 * Keys come from strangers, so the hash is keyed: HalfSipHash-1-3, made for tables like this on 32-bit arithmetic.
 * J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF", INDOCRYPT 2012. https://github.com/veorq/SipHash
 */
export class EntryIndex {
  #buckets: (Entry | undefined)[] = emptyBuckets(FEWEST_BUCKETS);
  /** What the index grows out of; its buckets before `#moved` are in `#buckets` already. */
  #smaller: (Entry | undefined)[] | undefined;
  #moved = 0;
  #count = 0;
  readonly #keyBytes = Buffer.alloc(LONGEST_KEY);
  readonly #key0 = randomInt(2 ** 32) | 0;
  readonly #key1 = randomInt(2 ** 32) | 0;

  get count(): number {
    return this.#count;
  }

  /** The entry whose key is `bytes[start, end)`. */
  find(bytes: Buffer, start: number, end: number): Entry | undefined {
    const hash = halfSipHash(this.#key0, this.#key1, bytes, start, end);
    let entry = this.#bucketsOf(hash)[this.#slotOf(hash)];
    while (entry !== undefined && !(entry.hash === hash && isKey(entry.key, bytes, start, end)))
      entry = entry.chain;
    return entry;
  }

  findText(key: string): Entry | undefined {
    return this.find(this.#keyBytes, 0, writeText(this.#keyBytes, 0, key));
  }

  /** The key must not be in the index yet. */
  add(entry: Entry): void {
    const end = writeText(this.#keyBytes, 0, entry.key);
    entry.hash = halfSipHash(this.#key0, this.#key1, this.#keyBytes, 0, end);
    const buckets = this.#bucketsOf(entry.hash);
    const slot = this.#slotOf(entry.hash);
    entry.chain = buckets[slot];
    buckets[slot] = entry;
    this.#count += 1;
    if (this.#smaller) this.#move(this.#smaller);
    else if (this.#count > this.#buckets.length) this.#grow();
  }

  remove(entry: Entry): void {
    const buckets = this.#bucketsOf(entry.hash);
    const slot = this.#slotOf(entry.hash);
    let before = buckets[slot];
    if (before === entry) {
      buckets[slot] = entry.chain;
    } else {
      while (before !== undefined && before.chain !== entry) before = before.chain;
      if (before === undefined) throw new Error(`Not in the index: ${entry.key}`);
      before.chain = entry.chain;
    }
    entry.chain = undefined;
    this.#count -= 1;
  }

  /** How many steps a walk through the index takes that begins now. */
  get walkLength(): number {
    return (this.#smaller ?? this.#buckets).length;
  }

  /**
   * The entries of one step of a walk. One that is in the index from the first step to the last is among those of one step, however
   * the index grows meanwhile.
   */
  entriesAt(step: number, walkLength: number): Entry[] {
    const found: Entry[] = [];
    for (const buckets of this.#smaller ? [this.#smaller, this.#buckets] : [this.#buckets]) {
      for (let slot = step; slot < buckets.length; slot += walkLength) {
        for (let entry = buckets[slot]; entry !== undefined; entry = entry.chain) found.push(entry);
      }
    }
    return found;
  }

  /** Where the entries with this hash are. */
  #bucketsOf(hash: number): (Entry | undefined)[] {
    const smaller = this.#smaller;
    return smaller !== undefined && (hash & (smaller.length - 1)) >= this.#moved ? smaller : this.#buckets;
  }

  #slotOf(hash: number): number {
    return hash & (this.#bucketsOf(hash).length - 1);
  }

  #grow(): void {
    this.#smaller = this.#buckets;
    this.#moved = 0;
    this.#buckets = emptyBuckets(this.#smaller.length * 2);
  }

  #move(smaller: (Entry | undefined)[]): void {
    const end = Math.min(this.#moved + MOVED_PER_INSERT, smaller.length);
    const mask = this.#buckets.length - 1;
    for (; this.#moved < end; this.#moved++) {
      let entry = smaller[this.#moved];
      smaller[this.#moved] = undefined;
      while (entry !== undefined) {
        const next: Entry | undefined = entry.chain;
        const slot = entry.hash & mask;
        entry.chain = this.#buckets[slot];
        this.#buckets[slot] = entry;
        entry = next;
      }
    }
    if (this.#moved === smaller.length) this.#smaller = undefined;
  }
}

function emptyBuckets(count: number): undefined[] {
  return new Array<undefined>(count).fill(undefined);
}

function isKey(key: string, bytes: Buffer, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let index = 0; index < key.length; index++) {
    if (key.charCodeAt(index) !== bytes[start + index]) return false;
  }
  return true;
}

/** One compression round for each four bytes, three rounds to finish; 32 bits of result. */
function halfSipHash(key0: number, key1: number, bytes: Buffer, start: number, end: number): number {
  let v0 = key0;
  let v1 = key1;
  let v2 = 0x6c796765 ^ key0;
  let v3 = 0x74656462 ^ key1;
  const length = end - start;
  const rounds = (length >> 2) + 1;
  for (let round = 0, at = start; round < rounds + 3; round++, at += 4) {
    let word = 0;
    if (round < rounds - 1) {
      word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    } else if (round === rounds - 1) {
      word = length << 24;
      for (let index = at; index < end; index++) word |= bytes[index]! << ((index - at) << 3);
    } else if (round === rounds) {
      v2 ^= 0xff;
    }
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = (v1 << 5) | (v1 >>> 27);
    v1 ^= v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = (v3 << 8) | (v3 >>> 24);
    v3 ^= v2;
    v0 = (v0 + v3) | 0;
    v3 = (v3 << 7) | (v3 >>> 25);
    v3 ^= v0;
    v2 = (v2 + v1) | 0;
    v1 = (v1 << 13) | (v1 >>> 19);
    v1 ^= v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return v1 ^ v3;
}
