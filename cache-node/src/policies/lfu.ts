import { EntryList } from './entry-list.ts';
import type { Policy, PolicyEntry } from './policy.ts';

/**
 * Least frequently used: the entry with the fewest uses since it was inserted goes, and of equals the one that came to that number
 * first. Entries of one frequency share a bucket, the buckets are linked in order of frequency, and a hit moves an entry to the
 * next bucket: every operation takes constant time.
 *
 * K. Shah, A. Mitra and D. Matani, "An O(1) algorithm for implementing the LFU cache eviction scheme", 2010.
 * http://dhruvbird.com/lfu.pdf
 */
export class Lfu<E extends PolicyEntry> implements Policy<E> {
  readonly name = 'lfu';
  #lowest: Bucket<E> | undefined = undefined;
  #highest: Bucket<E> | undefined = undefined;
  /** Buckets out of use, linked by `higher`: a hit takes its bucket from here before it makes one. */
  #spare: Bucket<E> | undefined = undefined;
  #count = 0;
  #sizeBytes = 0;

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get count(): number {
    return this.#count;
  }

  holds(entry: E): boolean {
    return entry.list instanceof Bucket && entry.list.policy === this;
  }

  insert(entry: E): void {
    const lowest = this.#lowest;
    const bucket = lowest?.frequency === 1 ? lowest : this.#link(1, undefined, lowest);
    bucket.addFirst(entry);
    this.#count++;
    this.#sizeBytes += entry.sizeBytes;
  }

  hit(entry: E): void {
    const bucket = bucketOf(entry);
    const frequency = bucket.frequency + 1;
    const higher = bucket.higher;
    const next = higher?.frequency === frequency ? higher : this.#link(frequency, bucket, higher);
    bucket.remove(entry);
    next.addFirst(entry);
    if (bucket.count === 0) this.#unlink(bucket);
  }

  resize(entry: E, sizeBytes: number): void {
    this.#sizeBytes += sizeBytes - entry.sizeBytes;
    bucketOf(entry).resize(entry, sizeBytes);
    this.hit(entry);
  }

  remove(entry: E): void {
    const bucket = bucketOf(entry);
    bucket.remove(entry);
    if (bucket.count === 0) this.#unlink(bucket);
    this.#count--;
    this.#sizeBytes -= entry.sizeBytes;
  }

  evict(): E | undefined {
    const entry = this.#lowest?.last;
    if (entry !== undefined) this.remove(entry);
    return entry;
  }

  setCapacity(): void {}

  *walk(): IterableIterator<E> {
    let bucket = this.#highest;
    while (bucket !== undefined) {
      const { frequency } = bucket;
      yield* bucket.entries();
      bucket = this.#below(frequency);
    }
  }

  #link(frequency: number, lower: Bucket<E> | undefined, higher: Bucket<E> | undefined): Bucket<E> {
    const bucket = this.#spare ?? new Bucket<E>(this);
    this.#spare = bucket === this.#spare ? bucket.higher : undefined;
    bucket.frequency = frequency;
    bucket.lower = lower;
    bucket.higher = higher;
    if (lower === undefined) this.#lowest = bucket;
    else lower.higher = bucket;
    if (higher === undefined) this.#highest = bucket;
    else higher.lower = bucket;
    return bucket;
  }

  #unlink(bucket: Bucket<E>): void {
    const { lower, higher } = bucket;
    if (lower === undefined) this.#lowest = higher;
    else lower.higher = higher;
    if (higher === undefined) this.#highest = lower;
    else higher.lower = lower;
    bucket.lower = undefined;
    bucket.higher = this.#spare;
    this.#spare = bucket;
  }

  /** Searched from the lowest, since the bucket of that frequency may have gone while its entries were read. */
  #below(frequency: number): Bucket<E> | undefined {
    let below: Bucket<E> | undefined;
    for (
      let bucket = this.#lowest;
      bucket !== undefined && bucket.frequency < frequency;
      bucket = bucket.higher
    ) {
      below = bucket;
    }
    return below;
  }
}

/** The entries of one frequency, the last to reach it first. */
class Bucket<E extends PolicyEntry> extends EntryList<E> {
  readonly policy: Lfu<E>;
  frequency = 0;
  lower: Bucket<E> | undefined = undefined;
  higher: Bucket<E> | undefined = undefined;

  constructor(policy: Lfu<E>) {
    super();
    this.policy = policy;
  }
}

/** Every list that this policy puts an entry into is a bucket. */
function bucketOf<E extends PolicyEntry>(entry: E): Bucket<E> {
  return entry.list as Bucket<E>;
}
