import { EntryList } from './entry-list.ts';
import { FrequencySketch } from './frequency-sketch.ts';
import { hashKey } from './key-hash.ts';
import type { PolicyOptions } from './policies.ts';
import type { Policy, PolicyEntry } from './policy.ts';

/**
 * A small LRU window in front of a main region that admits by frequency: whoever leaves the window takes the place of main's victim
 * only if it was seen more often. Main is a segmented LRU: used entries rise from probation to protected. Uses within the window
 * are not counted, so a burst counts once. `mark` is the hash of the key.
 *
 * G. Einziger, R. Friedman and B. Manes, "TinyLFU: a highly efficient cache admission policy", ACM Transactions on Storage 13(4),
 * 2017. https://dl.acm.org/doi/10.1145/3149371. In the details that the paper leaves open (whole rounds of contention, first
 * entries straight to protected, probation cut when protected demotes) it follows libCacheSim's WTinyLFU.
 */
export class WTinyLfu<E extends PolicyEntry> implements Policy<E> {
  readonly name = 'w-tinylfu';
  readonly #window = new EntryList<E>();
  readonly #probation = new EntryList<E>();
  readonly #protected = new EntryList<E>();
  /** Entries that have lost their place, though nobody has asked for their room yet: they are the next to be evicted. */
  readonly #losers = new EntryList<E>();
  readonly #sketch = new FrequencySketch();
  #longestSketchRow = 0;
  #windowCapacityBytes = 0;
  #mainCapacityBytes = 0;
  #probationCapacityBytes = 0;
  #protectedCapacityBytes = 0;

  constructor({ capacityBytes }: PolicyOptions) {
    this.setCapacity(capacityBytes);
  }

  get sizeBytes(): number {
    return this.#window.sizeBytes + this.#mainBytes + this.#losers.sizeBytes;
  }

  get count(): number {
    return this.#window.count + this.#probation.count + this.#protected.count + this.#losers.count;
  }

  holds({ list }: E): boolean {
    const isInMain = list === this.#probation || list === this.#protected;
    return isInMain || list === this.#window || list === this.#losers;
  }

  insert(entry: E): void {
    entry.mark = hashKey(entry.key);
    this.#sketch.ensureEntries(this.count + 1, this.#longestSketchRow);
    this.#sketch.add(entry.mark);
    this.#window.addFirst(entry);
  }

  /** Does for the others what their contest would do as long as main has room, so that they don't have it all at once. */
  adopt(entry: E): void {
    this.insert(entry);
    while (this.#window.sizeBytes > this.#windowCapacityBytes) {
      const oldest = this.#window.last;
      if (oldest === undefined || this.#mainBytes + oldest.sizeBytes > this.#mainCapacityBytes) return;
      this.#admit(oldest);
    }
  }

  hit(entry: E): void {
    if (entry.list !== this.#window) this.#sketch.add(entry.mark);
    if (entry.list === this.#probation) {
      move(entry, this.#protected);
      this.#demote();
    } else if (entry.list === this.#losers) {
      move(entry, this.#window);
    } else {
      entry.list?.moveToFirst(entry);
    }
  }

  resize(entry: E, sizeBytes: number): void {
    entry.list?.resize(entry, sizeBytes);
    this.hit(entry);
    this.#demote();
  }

  remove(entry: E): void {
    entry.list?.remove(entry);
  }

  evict(): E | undefined {
    if (this.#losers.count === 0) this.#contend();
    return this.#losers.removeLast();
  }

  setCapacity(capacityBytes: number): void {
    this.#windowCapacityBytes = Math.floor(capacityBytes * windowShare);
    this.#mainCapacityBytes = capacityBytes - this.#windowCapacityBytes;
    this.#protectedCapacityBytes = Math.floor(this.#mainCapacityBytes * protectedShare);
    this.#probationCapacityBytes = Math.floor(this.#mainCapacityBytes * (1 - protectedShare));
    this.#longestSketchRow = capacityBytes * 2;
    this.#demote();
  }

  *walk(): IterableIterator<E> {
    yield* this.#protected.entries();
    yield* this.#probation.entries();
    yield* this.#window.entries();
    yield* this.#losers.entries();
  }

  get #mainBytes(): number {
    return this.#probation.sizeBytes + this.#protected.sizeBytes;
  }

  get #mainVictim(): E | undefined {
    return this.#probation.last ?? this.#protected.last;
  }

  /** The oldest of the window takes on main's victim, and the next one, until one of them loses. */
  #contend(): void {
    for (let candidate = this.#window.last; candidate !== undefined; candidate = this.#window.last) {
      const victim = this.#mainVictim;
      const hasRoom = this.#mainBytes + candidate.sizeBytes <= this.#mainCapacityBytes;
      const isAdmitted = hasRoom || (victim !== undefined && this.#isStronger(candidate, victim));
      this.#sketch.add(candidate.mark);
      if (!isAdmitted) return move(candidate, this.#losers);
      this.#admit(candidate);
    }
    const victim = this.#mainVictim;
    if (victim !== undefined) move(victim, this.#losers);
  }

  #isStronger(candidate: E, victim: E): boolean {
    if (candidate.sizeBytes > this.#mainCapacityBytes) return false;
    return this.#sketch.estimate(candidate.mark) > this.#sketch.estimate(victim.mark);
  }

  #admit(candidate: E): void {
    const { sizeBytes } = candidate;
    while (this.#mainBytes + sizeBytes > this.#mainCapacityBytes) move(this.#mainVictim!, this.#losers);
    const isProbationFull = this.#probation.sizeBytes + sizeBytes > this.#probationCapacityBytes;
    const isProtectedFull = this.#protected.sizeBytes + sizeBytes > this.#protectedCapacityBytes;
    move(candidate, isProbationFull && !isProtectedFull ? this.#protected : this.#probation);
  }

  #demote(): void {
    while (this.#protected.sizeBytes > this.#protectedCapacityBytes) {
      move(this.#protected.last!, this.#probation);
      while (this.#probation.sizeBytes > this.#probationCapacityBytes) {
        move(this.#probation.last!, this.#losers);
      }
    }
  }
}

function move<E extends PolicyEntry>(entry: E, to: EntryList<E>): void {
  entry.list?.remove(entry);
  to.addFirst(entry);
}

const windowShare = 0.01;
const protectedShare = 0.8;
