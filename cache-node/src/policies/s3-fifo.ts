import { EntryList } from './entry-list.ts';
import { Ghosts } from './ghosts.ts';
import type { PolicyOptions } from './policies.ts';
import type { Incoming, Policy, PolicyEntry } from './policy.ts';

/**
 * Three static FIFO queues: a small one takes new entries and quickly drops the ones that are not used again, the main one keeps
 * the others with a two-bit second chance, and a ghost queue remembers whom the small one dropped, so that they enter main when
 * they come back. `mark` is the frequency, capped at 3. As long as there is room for all, what the small queue has no room for goes
 * to the main one, as in libCacheSim's: else all that came first would have to pass the small one at once.
 *
 * J. Yang, Y. Zhang, Z. Qiu, Y. Yue and K. V. Rashmi, "FIFO queues are all you need for cache eviction", SOSP 2023.
 * https://dl.acm.org/doi/10.1145/3600006.3613147
 */
export class S3Fifo<E extends PolicyEntry> implements Policy<E> {
  readonly name = 's3-fifo';
  readonly #small = new EntryList<E>();
  readonly #main = new EntryList<E>();
  readonly #ghosts = new Ghosts();
  #smallCapacityBytes = 0;
  #mainCapacityBytes = 0;
  #ghostCapacityBytes = 0;
  /** Since the capacity has grown. Until then the small queue takes its share only, and what else comes goes to the main one. */
  #hasEvicted = false;
  /** The key that room is being made for, and whether its ghost was there when that began. */
  #incomingKey: string | undefined = undefined;
  #isReturning = false;

  constructor({ capacityBytes }: PolicyOptions) {
    this.setCapacity(capacityBytes);
  }

  get sizeBytes(): number {
    return this.#small.sizeBytes + this.#main.sizeBytes;
  }

  get count(): number {
    return this.#small.count + this.#main.count;
  }

  holds(entry: E): boolean {
    return entry.list === this.#small || entry.list === this.#main;
  }

  insert(entry: E): void {
    this.#receive(entry.key);
    entry.mark = 0;
    const isFilling = !this.#hasEvicted && this.#small.sizeBytes >= this.#smallCapacityBytes;
    (this.#isReturning || isFilling ? this.#main : this.#small).addFirst(entry);
    this.#incomingKey = undefined;
  }

  hit(entry: E): void {
    if (entry.mark < mostFrequent) entry.mark++;
  }

  resize(entry: E, sizeBytes: number): void {
    entry.list?.resize(entry, sizeBytes);
    this.hit(entry);
    this.#incomingKey = undefined;
  }

  remove(entry: E): void {
    entry.list?.remove(entry);
  }

  evict(incoming?: Incoming): E | undefined {
    if (incoming !== undefined) this.#receive(incoming.key);
    this.#hasEvicted = true;
    while (this.count > 0) {
      const isMainsTurn = this.#main.sizeBytes > this.#mainCapacityBytes || this.#small.count === 0;
      const entry = isMainsTurn ? this.#evictFromMain() : this.#evictFromSmall();
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  setCapacity(capacityBytes: number): void {
    const smallCapacityBytes = Math.floor(capacityBytes * smallShare);
    if (smallCapacityBytes > this.#smallCapacityBytes) this.#hasEvicted = false;
    this.#smallCapacityBytes = smallCapacityBytes;
    this.#mainCapacityBytes = capacityBytes - this.#smallCapacityBytes;
    this.#ghostCapacityBytes = Math.floor(capacityBytes * ghostShare);
    this.#trimGhosts();
  }

  *walk(): IterableIterator<E | undefined> {
    for (const entry of this.#main.entries()) yield entry.mark > 0 ? entry : undefined;
    for (const entry of this.#small.entries()) yield entry.mark >= promotingFrequency ? entry : undefined;
    for (const entry of this.#main.entries()) yield entry.mark === 0 ? entry : undefined;
    for (const entry of this.#small.entries()) yield entry.mark < promotingFrequency ? entry : undefined;
  }

  #receive(key: string): void {
    if (key === this.#incomingKey) return;
    this.#incomingKey = key;
    this.#isReturning = this.#ghosts.remove(key);
  }

  #evictFromSmall(): E | undefined {
    const oldest = this.#small.removeLast();
    if (oldest === undefined) return undefined;
    if (oldest.mark >= promotingFrequency) {
      oldest.mark = 0;
      this.#main.addFirst(oldest);
      return undefined;
    }
    this.#ghosts.add(oldest.key, oldest.sizeBytes);
    this.#trimGhosts();
    return oldest;
  }

  #evictFromMain(): E | undefined {
    const oldest = this.#main.removeLast();
    if (oldest === undefined || oldest.mark === 0) return oldest;
    oldest.mark--;
    this.#main.addFirst(oldest);
    return undefined;
  }

  #trimGhosts(): void {
    while (this.#ghosts.sizeBytes > this.#ghostCapacityBytes) this.#ghosts.removeOldest();
  }
}

const smallShare = 0.1;
const ghostShare = 0.9;
const promotingFrequency = 2;
const mostFrequent = 3;
