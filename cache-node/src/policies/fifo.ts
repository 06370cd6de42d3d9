import { EntryList } from './entry-list.ts';
import type { Policy, PolicyEntry } from './policy.ts';

/**
 * First in, first out: the entry that was inserted first goes, used or not.
 *
 * L. A. Belady, "A study of replacement algorithms for a virtual-storage computer", IBM Systems Journal 5(2), 1966.
 * https://doi.org/10.1147/sj.52.0078
 */
export class Fifo<E extends PolicyEntry> implements Policy<E> {
  readonly name = 'fifo';
  readonly #queue = new EntryList<E>();

  get sizeBytes(): number {
    return this.#queue.sizeBytes;
  }

  get count(): number {
    return this.#queue.count;
  }

  holds(entry: E): boolean {
    return entry.list === this.#queue;
  }

  insert(entry: E): void {
    this.#queue.addFirst(entry);
  }

  hit(): void {}

  resize(entry: E, sizeBytes: number): void {
    this.#queue.resize(entry, sizeBytes);
  }

  remove(entry: E): void {
    this.#queue.remove(entry);
  }

  evict(): E | undefined {
    return this.#queue.removeLast();
  }

  setCapacity(): void {}

  walk(): IterableIterator<E> {
    return this.#queue.entries();
  }
}
