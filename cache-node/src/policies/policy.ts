/** What a policy sees of a cached value. The cache owns it; a policy hangs its own links on it. */
export interface PolicyEntry {
  readonly key: string;
  /** What the entry costs against the capacity, payload and overhead. Changes only through `Policy.resize`. */
  sizeBytes: number;
}

/**
 * Decides what a full node throws out. The cache asks; the policy keeps order, never bytes. Every call is O(1) amortised.
 * The order of calls for a new value is: `evict` until it fits, then `insert`. For a read that found its value: `hit`.
 */
export interface Policy<E extends PolicyEntry = PolicyEntry> {
  readonly name: string;
  /** Bytes of the entries held: always the sum of their `sizeBytes`. */
  readonly sizeBytes: number;
  readonly count: number;
  insert(entry: E): void;
  hit(entry: E): void;
  /** The entry was overwritten by a value of another size, and counts as used. */
  resize(entry: E, sizeBytes: number): void;
  /** The entry was deleted or has expired. */
  remove(entry: E): void;
  /**
   * Chooses one entry, forgets it and returns it; `undefined` when it holds none. `incoming` is what the room is made for, for
   * policies that compare (W-TinyLFU) or adapt (ARC).
   */
  evict(incoming?: { key: string; sizeBytes: number }): E | undefined;
  /** The capacity has changed; the cache calls `evict` until it fits. */
  setCapacity(capacityBytes: number): void;
  /** From most to least valuable: warming copies in this order, and another policy takes the entries over in it. */
  entries(): IterableIterator<E>;
}
