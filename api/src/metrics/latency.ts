/** Upper bound of the first class, in milliseconds. */
const FIRST_MS = 0.01;
export const CLASSES_PER_DOUBLING = 4;
/** The last one takes what is above two minutes. */
export const CLASS_COUNT = 24 * CLASSES_PER_DOUBLING;

/** How many reads took how long: counts by classes of time that grow by a fifth, so that those of several processes can be added. */
export type LatencyCounts = readonly number[];

/** The longest time of a class, in milliseconds. Infinite for the last. */
export function longestOfClass(index: number): number {
  return index === CLASS_COUNT - 1 ? Infinity : FIRST_MS * 2 ** (index / CLASSES_PER_DOUBLING);
}

/** Counts reads by their time from the start of the process on. */
export class LatencyMeter {
  readonly #counts = new Float64Array(CLASS_COUNT);
  #sumMs = 0;

  get sumMs(): number {
    return this.#sumMs;
  }

  record(ms: number): void {
    const index = Math.ceil(Math.log2(ms / FIRST_MS) * CLASSES_PER_DOUBLING);
    // A clock too coarse for the time gives 0, whose logarithm is -Infinity.
    this.#counts[index < 0 ? 0 : index < CLASS_COUNT ? index : CLASS_COUNT - 1]!++;
    this.#sumMs += ms;
  }

  counts(): LatencyCounts {
    return Array.from(this.#counts);
  }
}

export const NO_LATENCIES: LatencyCounts = Array.from({ length: CLASS_COUNT }, () => 0);

export function addLatencies(one: LatencyCounts, other: LatencyCounts): LatencyCounts {
  return one.map((count, index) => count + other[index]!);
}

/** What came between two looks at one meter. */
export function latenciesBetween(before: LatencyCounts, after: LatencyCounts): LatencyCounts {
  return after.map((count, index) => count - before[index]!);
}

export function totalReads(counts: LatencyCounts): number {
  return counts.reduce((total, count) => total + count, 0);
}

/**
 * The time within which a share of the reads was answered, in milliseconds: the middle of its class, at most a tenth off. Null if there
 * were no reads.
 * @param share above 0, at most 1
 */
export function quantileMs(counts: LatencyCounts, share: number): number | null {
  let left = Math.ceil(totalReads(counts) * share);
  if (left === 0) return null;
  const index = counts.findIndex((count) => (left -= count) <= 0);
  return FIRST_MS * 2 ** ((index - 0.5) / CLASSES_PER_DOUBLING);
}

/** As text: `class:count` of the classes that are not empty, parted by spaces. */
export function writeLatencies(counts: LatencyCounts): string {
  return counts.flatMap((count, index) => (count === 0 ? [] : [`${index}:${count}`])).join(' ');
}

/** What is no class of ours is left out. */
export function parseLatencies(text: string): LatencyCounts {
  const counts = [...NO_LATENCIES];
  for (const [, index, count] of text.matchAll(/(\d+):(\d+)/g)) {
    if (Number(index) < CLASS_COUNT) counts[Number(index)] = Number(count);
  }
  return counts;
}
