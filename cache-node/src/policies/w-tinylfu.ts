import { EntryList } from './entry-list.ts';
import { FrequencySketch } from './frequency-sketch.ts';
import { hashKey } from './key-hash.ts';
import type { PolicyOptions } from './policies.ts';
import type { Policy, PolicyEntry } from './policy.ts';

/**
 * A small LRU window in front of a main region that admits by frequency: whoever leaves the window takes the place of main's victim
 * only if the sketch has seen it more often. Main is a segmented LRU: used entries rise from probation to protected. `mark` is the
 * hash of the key.
 *
 * G. Einziger, R. Friedman and B. Manes, "TinyLFU: a highly efficient cache admission policy", ACM Transactions on Storage 13(4),
 * 2017. https://dl.acm.org/doi/10.1145/3149371
 */
export class WTinyLfu<E extends PolicyEntry> implements Policy<E> {
  readonly name = 'w-tinylfu';
  readonly #window = new EntryList<E>();
  readonly #probation = new EntryList<E>();
  readonly #protected = new EntryList<E>();
  readonly #sketch = new FrequencySketch();
  #mainCapacityBytes = 0;
  #protectedCapacityBytes = 0;

  constructor({ capacityBytes }: PolicyOptions) {
    this.setCapacity(capacityBytes);
  }

  get sizeBytes(): number {
    return this.#window.sizeBytes + this.#mainBytes;
  }

  get count(): number {
    return this.#window.count + this.#probation.count + this.#protected.count;
  }

  insert(entry: E): void {
    entry.mark = hashKey(entry.key);
    this.#sketch.ensureEntries(this.count + 1);
    this.#sketch.add(entry.mark);
    this.#window.addFirst(entry);
  }

  hit(entry: E): void {
    this.#sketch.add(entry.mark);
    if (entry.list === this.#probation) {
      this.#probation.remove(entry);
      this.#protected.addFirst(entry);
      this.#demote();
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
    for (;;) {
      const candidate = this.#window.last;
      const victim = this.#probation.last ?? this.#protected.last;
      if (candidate === undefined) return this.#take(victim);
      if (this.#mainBytes + candidate.sizeBytes <= this.#mainCapacityBytes) {
        this.#window.remove(candidate);
        this.#probation.addFirst(candidate);
      } else {
        return this.#take(
          victim !== undefined && this.#isMoreFrequent(candidate, victim) ? victim : candidate,
        );
      }
    }
  }

  setCapacity(capacityBytes: number): void {
    this.#mainCapacityBytes = capacityBytes - Math.floor(capacityBytes * windowShare);
    this.#protectedCapacityBytes = Math.floor(this.#mainCapacityBytes * protectedShare);
    this.#demote();
  }

  *entries(): IterableIterator<E> {
    yield* this.#protected.entries();
    yield* this.#probation.entries();
    yield* this.#window.entries();
  }

  get #mainBytes(): number {
    return this.#probation.sizeBytes + this.#protected.sizeBytes;
  }

  #isMoreFrequent(candidate: E, victim: E): boolean {
    return this.#sketch.estimate(candidate.mark) > this.#sketch.estimate(victim.mark);
  }

  #demote(): void {
    while (this.#protected.sizeBytes > this.#protectedCapacityBytes) {
      const entry = this.#protected.removeLast();
      if (entry !== undefined) this.#probation.addFirst(entry);
    }
  }

  #take(entry: E | undefined): E | undefined {
    entry?.list?.remove(entry);
    return entry;
  }
}

const windowShare = 0.01;
const protectedShare = 0.8;
