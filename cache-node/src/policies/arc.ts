import { EntryList } from './entry-list.ts';
import { Ghosts } from './ghosts.ts';
import type { PolicyOptions } from './policies.ts';
import type { Incoming, Policy, PolicyEntry } from './policy.ts';

/**
 * Adaptive replacement: recency (T1, entries seen once) and frequency (T2, seen again) share the capacity c, and two ghost lists (B1
 * and B2, what each has lost) tell which of them deserves more. p is the target for T1.
 *
 * In the paper a ghost goes for each that comes once |T1| + |B1| = c or all four make 2c. By bytes the same rule bounds the number
 * of ghosts, and their bytes as far as sizes are alike. p moves by bytes as it does by pages: slowly, where entries are large.
 *
 * N. Megiddo and D. S. Modha, "ARC: a self-tuning, low overhead replacement cache", FAST 2003.
 * https://www.usenix.org/conference/fast-03/arc-self-tuning-low-overhead-replacement-cache
 */
export class Arc<E extends PolicyEntry> implements Policy<E> {
  readonly name = 'arc';
  readonly #t1 = new EntryList<E>();
  readonly #t2 = new EntryList<E>();
  readonly #b1 = new Ghosts();
  readonly #b2 = new Ghosts();
  #c = 0;
  #p = 0;
  /** The key that room is being made for, and the ghost list that it was in when that began. */
  #incomingKey: string | undefined = undefined;
  #incomingFrom: Ghosts | undefined = undefined;

  constructor({ capacityBytes }: PolicyOptions) {
    this.setCapacity(capacityBytes);
  }

  get sizeBytes(): number {
    return this.#t1.sizeBytes + this.#t2.sizeBytes;
  }

  get count(): number {
    return this.#t1.count + this.#t2.count;
  }

  holds(entry: E): boolean {
    return entry.list === this.#t1 || entry.list === this.#t2;
  }

  insert(entry: E): void {
    this.#receive(entry.key);
    (this.#incomingFrom === undefined ? this.#t1 : this.#t2).addFirst(entry);
    this.#incomingKey = undefined;
  }

  /** Case I. */
  hit(entry: E): void {
    if (entry.list === this.#t2) {
      this.#t2.moveToFirst(entry);
    } else {
      this.#t1.remove(entry);
      this.#t2.addFirst(entry);
    }
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
    if (incoming !== undefined && this.#incomingFrom !== undefined) return this.#replace();
    return this.#evictForUnknown(incoming?.sizeBytes ?? 0);
  }

  setCapacity(capacityBytes: number): void {
    this.#c = capacityBytes;
    this.#p = Math.min(this.#p, capacityBytes);
    this.#trimGhosts();
  }

  *walk(): IterableIterator<E> {
    yield* this.#t2.entries();
    yield* this.#t1.entries();
  }

  /** Cases II and III: the ghost list that is hit gets more of the capacity for its side. */
  #receive(key: string): void {
    if (key === this.#incomingKey) return;
    this.#incomingKey = key;
    this.#incomingFrom = undefined;
    const [b1, b2] = [this.#b1.sizeBytes, this.#b2.sizeBytes];
    if (this.#b1.remove(key)) {
      this.#p = Math.min(this.#p + Math.max(b2 / b1, 1), this.#c);
      this.#incomingFrom = this.#b1;
    } else if (this.#b2.remove(key)) {
      this.#p = Math.max(this.#p - Math.max(b1 / b2, 1), 0);
      this.#incomingFrom = this.#b2;
    }
  }

  /** Case IV: what comes is in none of the four lists. */
  #evictForUnknown(incomingBytes: number): E | undefined {
    const l1 = this.#t1.sizeBytes + this.#b1.sizeBytes;
    if (l1 + incomingBytes > this.#c) {
      if (this.#b1.count === 0 && this.#t1.count > 0) return this.#t1.removeLast();
      this.#b1.removeOldest();
    } else if (l1 + this.#t2.sizeBytes + this.#b2.sizeBytes >= 2 * this.#c) {
      this.#b2.removeOldest();
    }
    return this.#replace();
  }

  #replace(): E | undefined {
    const t1 = this.#t1.sizeBytes;
    const isT1TooLarge = t1 > this.#p || (t1 === this.#p && this.#incomingFrom === this.#b2);
    const isFromT1 = (this.#t1.count > 0 && isT1TooLarge) || this.#t2.count === 0;
    const entry = (isFromT1 ? this.#t1 : this.#t2).removeLast();
    if (entry !== undefined) (isFromT1 ? this.#b1 : this.#b2).add(entry.key, entry.sizeBytes);
    return entry;
  }

  #trimGhosts(): void {
    while (this.#b1.sizeBytes > this.#c) this.#b1.removeOldest();
    while (this.#b2.sizeBytes > 2 * this.#c) this.#b2.removeOldest();
  }
}
