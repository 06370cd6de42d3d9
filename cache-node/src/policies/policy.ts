import type { EntryList } from './entry-list.ts';

/**
 * What a policy sees of a cached value. The cache extends it with the value and everything else of its own; the fields below
 * `sizeBytes` are the policy's alone. They are declared here, with their values of the first day, so that all entries have one
 * hidden class and no hit allocates.
 */
export abstract class PolicyEntry {
  readonly key: string;
  /**
   * What the entry costs against the capacity: payload and overhead, or 1 where the capacity is a number of entries. While a
   * policy holds the entry, only `Policy.resize` changes it.
   */
  sizeBytes: number;
  /** The neighbour on the more valuable side. */
  previous: this | undefined = undefined;
  /** The neighbour on the less valuable side. */
  next: this | undefined = undefined;
  /** The list of the policy that holds the entry. */
  list: EntryList<this> | undefined = undefined;
  /** A 32-bit integer that means what the policy wants: a frequency, a visited bit, a position, a hash of the key. */
  mark = 0;

  constructor(key: string, sizeBytes: number) {
    this.key = key;
    this.sizeBytes = sizeBytes;
  }
}

/** What room is made for: an entry that is about to be inserted, or as much as is known of it. */
export interface Incoming {
  readonly key: string;
  readonly sizeBytes: number;
}

/**
 * Decides what a full node throws out. The cache asks; the policy keeps order, never values. Every call is O(1), amortised,
 * however many entries there are.
 *
 * The order of calls for a new value is: `evict(incoming)` until it fits, then `insert`. For a read that found its value: `hit`.
 * What is larger than the capacity is the cache's to refuse. An entry is in one policy at a time.
 */
export interface Policy<E extends PolicyEntry = PolicyEntry> {
  readonly name: string;
  /** The sum of the `sizeBytes` of the entries held. */
  readonly sizeBytes: number;
  readonly count: number;
  /** Whether the entry is in this policy, and not in another. */
  holds(entry: E): boolean;
  insert(entry: E): void;
  /** As `insert`, for an entry of another policy, of which the less valuable have come before; without it, `insert` is meant. */
  adopt?(entry: E): void;
  /** The entry was used. Allocates nothing. */
  hit(entry: E): void;
  /** The entry was overwritten by a value of another size, and counts as used. */
  resize(entry: E, sizeBytes: number): void;
  /** The entry was deleted or has expired. */
  remove(entry: E): void;
  /**
   * Chooses one entry, forgets it and returns it; `undefined` when it holds none. `incoming` is what the room is made for, for
   * policies that compare (W-TinyLFU) or adapt (ARC); it is left out when there is no such entry, as after `setCapacity`.
   */
  evict(incoming?: Incoming): E | undefined;
  /** The capacity has changed; the cache calls `evict` until it fits. */
  setCapacity(capacityBytes: number): void;
  /**
   * From most to least valuable: warming copies in this order, and another policy takes the entries over in it. Each is given
   * once, if nothing changes meanwhile. The walk may also be taken in pieces while the policy goes on working: then an entry that
   * moves may be given twice or not at all, and one that has gone is not given. Whoever stops early calls `return`, as `for ... of`
   * does. `undefined` is given for an entry whose turn is another, so that no step takes longer than the others.
   */
  walk(): IterableIterator<E | undefined>;
}
