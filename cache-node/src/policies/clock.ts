import { EntryList } from './entry-list.ts';
import type { Policy, PolicyEntry } from './policy.ts';

/**
 * Second chance: the queue of FIFO, but an entry that was used since it was last looked at goes round once more. `mark` is the
 * reference bit. The clock's face is the queue bent round; here the hand stays and the entries pass under it.
 *
 * F. J. Corbató, "A paging experiment with the Multics system", MIT Project MAC, 1968.
 * https://www.multicians.org/paging-experiment.pdf
 */
export class Clock<E extends PolicyEntry> implements Policy<E> {
  readonly name = 'clock';
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
    entry.mark = 0;
    this.#queue.addFirst(entry);
  }

  hit(entry: E): void {
    entry.mark = 1;
  }

  resize(entry: E, sizeBytes: number): void {
    this.#queue.resize(entry, sizeBytes);
    this.hit(entry);
  }

  remove(entry: E): void {
    this.#queue.remove(entry);
  }

  evict(): E | undefined {
    let oldest = this.#queue.last;
    while (oldest !== undefined && oldest.mark === 1) {
      oldest.mark = 0;
      this.#queue.moveToFirst(oldest);
      oldest = this.#queue.last;
    }
    return this.#queue.removeLast();
  }

  setCapacity(): void {}

  *walk(): IterableIterator<E | undefined> {
    for (const entry of this.#queue.entries()) yield entry.mark === 1 ? entry : undefined;
    for (const entry of this.#queue.entries()) yield entry.mark === 0 ? entry : undefined;
  }
}
