import { makeRandom } from '../load/randomness.ts';
import type { BenchImage } from './images.ts';
import type { Load, LoadMinute } from './loads.ts';
import { Popularity } from './popularity.ts';
import { SimulatedPool } from './simulated-pool.ts';
import type { Counts, Strategy } from './strategies.ts';

export interface SimulationOptions {
  readonly images: readonly BenchImage[];
  readonly nodeBytes: number;
  readonly seed: number;
}

/** What one strategy made of one load. */
export interface Outcome {
  readonly resizes: number;
  readonly nodeHours: number;
  readonly minutesAbove: number;
  readonly gets: number;
  readonly misses: number;
  /** The size in each minute. */
  readonly sizes: readonly number[];
}

const MINUTE_MS = 60_000;
/** When the numbers of a minute are there. */
const SETTLED_MS = 5_000;
const ZIPF_EXPONENT = 0.9;

/** Plays a load minute by minute, with a decision after each. The requests are the same for every strategy. */
export function simulate(load: Load, strategy: Strategy, options: SimulationOptions): Outcome {
  const { images, nodeBytes, seed } = options;
  const popularity = new Popularity(images.length, ZIPF_EXPONENT);
  const pool = new SimulatedPool(
    { images, nodeBytes, way: strategy.way },
    strategy.firstSize ?? load.firstSize,
  );
  for (let rank = load.at(0).images - 1; rank >= 0; rank--) pool.read(rank);
  pool.forgetCounters();
  const nextSize = strategy.begin();
  const sizes: number[] = [];
  const minutes: Counts[] = [];
  for (let minute = 0; minute < load.minutes; minute++) {
    sizes.push(pool.size);
    const counts = playMinute(pool, load.at(minute), popularity, makeRandom(seed * 1_000_003 + minute));
    minutes.push(counts);
    const size = nextSize({
      now: (minute + 1) * MINUTE_MS + SETTLED_MS,
      minuteStart: minute * MINUTE_MS,
      size: pool.size,
      policy: load.policy,
      minute: counts,
      sinceBoot: pool.counters,
    });
    if (size !== pool.size) pool.resize(size);
  }
  return {
    sizes,
    resizes: sizes.filter((size, minute) => minute > 0 && size !== sizes[minute - 1]).length,
    nodeHours: sizes.reduce((sum, size) => sum + size, 0) / 60,
    minutesAbove: minutes.filter(({ gets, misses }) => misses / gets > load.policy.maxMissRate).length,
    gets: minutes.reduce((sum, { gets }) => sum + gets, 0),
    misses: minutes.reduce((sum, { misses }) => sum + misses, 0),
  };
}

function playMinute(
  pool: SimulatedPool,
  { gets, images, crowd }: LoadMinute,
  popularity: Popularity,
  random: () => number,
): Counts {
  let misses = 0;
  for (let i = 0; i < gets; i++) {
    const isCrowd = crowd !== undefined && random() < crowd.share;
    const index = isCrowd
      ? pool.imageCount - 1 - Math.floor(random() * crowd.images)
      : popularity.draw(images, random);
    if (!pool.read(index)) misses++;
  }
  return { gets, misses };
}
