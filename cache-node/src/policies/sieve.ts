import { EntryList } from './entry-list.ts';
import type { Policy, PolicyEntry } from './policy.ts';

/**
 * A queue that never moves its survivors: a hand walks from the oldest to the newest entry, clears the visited bit of those that
 * were used, and throws out the first that was not. New entries are sieved quickly, popular ones sink to the old end. `mark` is
 * the visited bit.
 *
 * Y. Zhang, J. Yang, Y. Yue, Y. Vigfusson and K. V. Rashmi, "SIEVE is simpler than LRU: an efficient turn-key eviction algorithm
 * for web caches", NSDI 2024. https://www.usenix.org/conference/nsdi24/presentation/zhang-yazhuo
 */
export class Sieve<E extends PolicyEntry> implements Policy<E> {
  readonly name = 'sieve';
  readonly #queue = new EntryList<E>();
  /** The entry that is looked at next; `undefined` stands for the oldest. */
  #hand: E | undefined = undefined;

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
    if (entry === this.#hand) this.#hand = entry.previous;
    this.#queue.remove(entry);
  }

  evict(): E | undefined {
    let entry = this.#hand ?? this.#queue.last;
    while (entry !== undefined && entry.mark === 1) {
      entry.mark = 0;
      entry = entry.previous ?? this.#queue.last;
    }
    if (entry === undefined) return undefined;
    this.#hand = entry.previous;
    this.#queue.remove(entry);
    return entry;
  }

  setCapacity(): void {}

  /** Against the way of the hand: the visited before the others, and of equals the one that the hand reaches last. */
  *walk(): IterableIterator<E | undefined> {
    for (const visited of [1, 0]) {
      const behindHand = this.#hand?.next;
      if (behindHand !== undefined) {
        for (const entry of this.#queue.entries(behindHand)) yield entry.mark === visited ? entry : undefined;
      }
      for (const entry of this.#queue.entries()) {
        if (entry === behindHand) break;
        yield entry.mark === visited ? entry : undefined;
      }
    }
  }
}
