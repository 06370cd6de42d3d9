import type { PolicyOptions } from './policies.ts';
import type { Policy, PolicyEntry } from './policy.ts';

/**
 * Throws out any entry with equal chance, which needs no knowledge of use at all. `mark` is the entry's place in the array that
 * the choice is made from.
 *
 * L. A. Belady, "A study of replacement algorithms for a virtual-storage computer", IBM Systems Journal 5(2), 1966.
 * https://doi.org/10.1147/sj.52.0078
 */
export class Random<E extends PolicyEntry> implements Policy<E> {
  readonly name = 'random';
  readonly #places: E[] = [];
  readonly #random: () => number;
  #sizeBytes = 0;

  constructor({ random }: PolicyOptions) {
    this.#random = random;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get count(): number {
    return this.#places.length;
  }

  holds(entry: E): boolean {
    return this.#places[entry.mark] === entry;
  }

  insert(entry: E): void {
    entry.mark = this.#places.length;
    this.#places.push(entry);
    this.#sizeBytes += entry.sizeBytes;
  }

  hit(): void {}

  resize(entry: E, sizeBytes: number): void {
    this.#sizeBytes += sizeBytes - entry.sizeBytes;
    entry.sizeBytes = sizeBytes;
  }

  remove(entry: E): void {
    const last = this.#places.pop();
    if (last !== undefined && last !== entry) {
      this.#places[entry.mark] = last;
      last.mark = entry.mark;
    }
    this.#sizeBytes -= entry.sizeBytes;
  }

  evict(): E | undefined {
    const entry = this.#places[Math.floor(this.#random() * this.#places.length)];
    if (entry !== undefined) this.remove(entry);
    return entry;
  }

  setCapacity(): void {}

  /** From the last place down: an entry that fills a gap moves to a lower place, so the walk passes none over. */
  *walk(): IterableIterator<E> {
    for (let place = this.#places.length - 1; place >= 0; place = Math.min(place, this.#places.length) - 1) {
      const entry = this.#places[place];
      if (entry !== undefined) yield entry;
    }
  }
}
