import { EntryList } from './entry-list.ts';
import type { Policy, PolicyEntry } from './policy.ts';

/**
 * Least recently used: the entry that has been unused for longest goes.
 *
 * R. L. Mattson, J. Gecsei, D. R. Slutz and I. L. Traiger, "Evaluation techniques for storage hierarchies", IBM Systems Journal
 * 9(2), 1970. https://doi.org/10.1147/sj.92.0078
 */
export class Lru<E extends PolicyEntry> implements Policy<E> {
  readonly name = 'lru';
  readonly #recency = new EntryList<E>();

  get sizeBytes(): number {
    return this.#recency.sizeBytes;
  }

  get count(): number {
    return this.#recency.count;
  }

  holds(entry: E): boolean {
    return entry.list === this.#recency;
  }

  insert(entry: E): void {
    this.#recency.addFirst(entry);
  }

  hit(entry: E): void {
    this.#recency.moveToFirst(entry);
  }

  resize(entry: E, sizeBytes: number): void {
    this.#recency.resize(entry, sizeBytes);
    this.hit(entry);
  }

  remove(entry: E): void {
    this.#recency.remove(entry);
  }

  evict(): E | undefined {
    return this.#recency.removeLast();
  }

  setCapacity(): void {}

  walk(): IterableIterator<E> {
    return this.#recency.entries();
  }
}
