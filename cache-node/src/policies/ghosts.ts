import { hashKey } from './key-hash.ts';

/**
 * Remembers keys of entries that have gone, and their sizes, oldest out first. A ghost takes about 24 to 48 bytes outside V8's heap:
 * it is known by a 32-bit hash of its key, so that with a million ghosts one look-up in some 4,000 finds a stranger. There
 * are at most 2^22; beyond, the oldest is forgotten.
 *
 * A ring in order of age holds hash and size (-1 once it was removed); an open-addressed table leads from hash to place.
 */
export class Ghosts {
  #hashes = new Int32Array(smallestRing);
  #sizes = new Float64Array(smallestRing);
  /** Places plus one; 0 is free. Twice as long as the ring, so that it is never more than half full. */
  #table = new Int32Array(2 * smallestRing);
  /** The ring is used from `#oldest` up to, not including, `#next`; both count on for ever and are taken modulo its length. */
  #oldest = 0;
  #next = 0;
  #count = 0;
  #sizeBytes = 0;

  get count(): number {
    return this.#count;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  add(key: string, sizeBytes: number): void {
    const hash = hashKey(key);
    this.#removeHash(hash);
    if (this.#count === mostGhosts) this.removeOldest();
    if (this.#next - this.#oldest === this.#hashes.length) this.#rebuild();
    this.#append(hash, sizeBytes);
  }

  /** Whether it was there. */
  remove(key: string): boolean {
    return this.#count > 0 && this.#removeHash(hashKey(key));
  }

  removeOldest(): void {
    while (this.#oldest < this.#next) {
      const place = this.#oldest++ & (this.#hashes.length - 1);
      if (this.#sizes[place] === removed) continue;
      this.#forget(place, this.#slotOf(this.#hashes[place]!));
      return;
    }
  }

  #append(hash: number, sizeBytes: number): void {
    const place = this.#next++ & (this.#hashes.length - 1);
    this.#hashes[place] = hash;
    this.#sizes[place] = sizeBytes;
    this.#table[this.#slotOf(hash)] = place + 1;
    this.#count++;
    this.#sizeBytes += sizeBytes;
  }

  #removeHash(hash: number): boolean {
    const slot = this.#slotOf(hash);
    const place = this.#table[slot]! - 1;
    if (place < 0) return false;
    this.#forget(place, slot);
    return true;
  }

  /** The slot of the hash, or the free one where it would go. */
  #slotOf(hash: number): number {
    const mask = this.#table.length - 1;
    let slot = hash & mask;
    for (let place = this.#table[slot]!; place !== 0; place = this.#table[slot]!) {
      if (this.#hashes[place - 1] === hash) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** Frees the place and the slot, and moves later slots of the same run up so that none becomes unreachable. */
  #forget(place: number, slot: number): void {
    this.#count--;
    this.#sizeBytes -= this.#sizes[place]!;
    this.#sizes[place] = removed;
    const mask = this.#table.length - 1;
    let free = slot;
    for (let probe = (slot + 1) & mask; this.#table[probe] !== 0; probe = (probe + 1) & mask) {
      const home = this.#hashes[this.#table[probe]! - 1]! & mask;
      if (((probe - home) & mask) < ((probe - free) & mask)) continue;
      this.#table[free] = this.#table[probe]!;
      free = probe;
    }
    this.#table[free] = 0;
  }

  /** Closes the gaps of removed ghosts, and doubles the ring if there were few. */
  #rebuild(): void {
    const [hashes, sizes, oldest, next] = [this.#hashes, this.#sizes, this.#oldest, this.#next];
    const length = this.#count * 2 > hashes.length ? hashes.length * 2 : hashes.length;
    this.#hashes = new Int32Array(length);
    this.#sizes = new Float64Array(length);
    this.#table = new Int32Array(2 * length);
    this.#oldest = this.#next = this.#count = this.#sizeBytes = 0;
    for (let at = oldest; at < next; at++) {
      const place = at & (hashes.length - 1);
      if (sizes[place] !== removed) this.#append(hashes[place]!, sizes[place]!);
    }
  }
}

const smallestRing = 1 << 8;
const mostGhosts = 1 << 22;
/** Stands in the ring for the size of a ghost that has been removed. */
const removed = -1;
