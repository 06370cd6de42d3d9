/** What a histogram's bucket holds. */
interface Bucket {
  /** What the entries that are at the target already take of its memory. */
  ownBytes: number;
  /** The same of those that are to come. */
  comingBytes: number;
  comingEntries: number;
}

/**
 * Decides which entries a target has room for, so that copying does not displace what is hotter.
 *
 * A full target makes room for each entry that it is sent, and what is sent last stands before everything that it had: eight full nodes
 * poured into four would leave there whatever came last. So all entries are counted first, by the time since they were used last: those
 * that the target owns already and those that are to come. Going from young to old, the room is used up at some age, the cut-off; what
 * is older is not copied. Then what the target throws out while it is being filled is about what lies beyond the cut-off too, in
 * whatever order the entries arrive.
 *
 * Ages are kept in buckets, to the second below a minute and to 1.5 percent above, so that the memory this takes does not depend on the
 * number of entries. Of the bucket in which the room ends, own entries stay and others come, in the order in which they are listed,
 * until the room is used up.
 */
export class WarmCutoff {
  readonly #roomBytes: number;
  readonly #buckets: Bucket[] = [];
  #firstExcluded = Infinity;
  /** What may still come of the bucket in which the room ends. */
  #lastRoomBytes = 0;

  constructor(roomBytes: number) {
    this.#roomBytes = roomBytes;
  }

  countOwn(ageSeconds: number, costBytes: number): void {
    this.#bucket(ageSeconds).ownBytes += costBytes;
  }

  countComing(ageSeconds: number, costBytes: number): void {
    const bucket = this.#bucket(ageSeconds);
    bucket.comingBytes += costBytes;
    bucket.comingEntries++;
  }

  /**
   * Fixes the cut-off when all is counted.
   * @returns what will be let through
   */
  settle(): { readonly entries: number; readonly bytes: number } {
    let [freeBytes, entries, bytes] = [this.#roomBytes, 0, 0];
    for (const [index, bucket] of this.#buckets.entries()) {
      if (bucket === undefined) continue;
      freeBytes -= bucket.ownBytes;
      const isWhole = bucket.comingBytes <= freeBytes;
      const share = isWhole ? 1 : Math.max(0, freeBytes) / Math.max(1, bucket.comingBytes);
      entries += Math.floor(bucket.comingEntries * share);
      bytes += Math.floor(bucket.comingBytes * share);
      if (isWhole) {
        freeBytes -= bucket.comingBytes;
        continue;
      }
      this.#firstExcluded = index;
      this.#lastRoomBytes = Math.max(0, freeBytes);
      break;
    }
    return { entries, bytes };
  }

  /** Whether an entry is to be copied. It takes its part of the room. */
  admits(ageSeconds: number, costBytes: number): boolean {
    const index = bucketOf(ageSeconds);
    if (index !== this.#firstExcluded) return index < this.#firstExcluded;
    if (costBytes > this.#lastRoomBytes) return false;
    this.#lastRoomBytes -= costBytes;
    return true;
  }

  #bucket(ageSeconds: number): Bucket {
    return (this.#buckets[bucketOf(ageSeconds)] ??= { ownBytes: 0, comingBytes: 0, comingEntries: 0 });
  }
}

const BUCKETS_PER_OCTAVE = 64;

function bucketOf(ageSeconds: number): number {
  if (ageSeconds < BUCKETS_PER_OCTAVE) return Math.max(0, Math.floor(ageSeconds));
  return Math.floor(BUCKETS_PER_OCTAVE * (1 + Math.log2(ageSeconds / BUCKETS_PER_OCTAVE)));
}
