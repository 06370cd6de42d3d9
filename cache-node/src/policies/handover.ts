import type { Incoming, Policy, PolicyEntry } from './policy.ts';
import { Stack } from './stack.ts';

/**
 * The change from one policy to another, which is empty at first, piece by piece while requests go on: to be used in place of both
 * until `isComplete`. The new one values the entries in the order in which the old one does.
 *
 * First the order is written down, then the entries go over, the least valuable first. What is inserted meanwhile goes to the old
 * policy and over in a second round, so that it comes out on top; from then on it goes to the new one, and so the end is near.
 */
export class Handover<E extends PolicyEntry> implements Policy<E> {
  readonly #from: Policy<E>;
  readonly to: Policy<E>;
  /** The entries from most to least valuable: all that were found so far, and then those that are still to go over. */
  readonly #order = new Stack<E>();
  #walk: IterableIterator<E | undefined> | undefined;
  #isFirstRound = true;

  constructor(from: Policy<E>, to: Policy<E>) {
    this.#from = from;
    this.to = to;
    this.#walk = from.walk();
  }

  get name(): string {
    return this.to.name;
  }

  get sizeBytes(): number {
    return this.#from.sizeBytes + this.to.sizeBytes;
  }

  get count(): number {
    return this.#from.count + this.to.count;
  }

  get isComplete(): boolean {
    return this.#from.count === 0;
  }

  /** Looks at or moves so many entries, at most. */
  step(entries: number): void {
    for (let left = entries; left > 0 && !this.isComplete; left--) {
      if (this.#walk) this.#writeDown(this.#walk);
      else this.#moveOne();
    }
    if (this.isComplete) this.#endWalk();
  }

  holds(entry: E): boolean {
    return this.#from.holds(entry) || this.to.holds(entry);
  }

  insert(entry: E): void {
    (this.#isFirstRound ? this.#from : this.to).insert(entry);
  }

  hit(entry: E): void {
    this.#holderOf(entry).hit(entry);
  }

  resize(entry: E, sizeBytes: number): void {
    this.#holderOf(entry).resize(entry, sizeBytes);
  }

  remove(entry: E): void {
    this.#holderOf(entry).remove(entry);
  }

  /** What has gone over is the least valuable of all. */
  evict(incoming?: Incoming): E | undefined {
    return this.to.count > 0 ? this.to.evict(incoming) : this.#from.evict(incoming);
  }

  setCapacity(capacityBytes: number): void {
    this.#from.setCapacity(capacityBytes);
    this.to.setCapacity(capacityBytes);
  }

  *walk(): IterableIterator<E | undefined> {
    yield* this.#from.walk();
    yield* this.to.walk();
  }

  #holderOf(entry: E): Policy<E> {
    return this.to.holds(entry) ? this.to : this.#from;
  }

  #writeDown(walk: IterableIterator<E | undefined>): void {
    const { value: entry, done } = walk.next();
    if (done === true) this.#walk = undefined;
    else if (entry !== undefined) this.#order.push(entry);
  }

  #moveOne(): void {
    const entry = this.#order.pop();
    if (entry === undefined) {
      this.#isFirstRound = false;
      this.#walk = this.#from.walk();
    } else if (this.#from.holds(entry)) {
      this.#from.remove(entry);
      if (this.to.adopt) this.to.adopt(entry);
      else this.to.insert(entry);
    }
  }

  #endWalk(): void {
    this.#walk?.return?.();
    this.#walk = undefined;
    this.#order.clear();
  }
}
