import type { ScalingPolicy } from '../../autoscaler/src/inputs.ts';

/** What is asked for in one minute. */
export interface LoadMinute {
  readonly gets: number;
  /** How many of the images are asked for at all, the most popular ones. */
  readonly images: number;
  /** What part of the gets goes, evenly, to images that are not asked for otherwise: the last so many. */
  readonly crowd?: { readonly share: number; readonly images: number };
}

export interface Load {
  readonly name: string;
  readonly minutes: number;
  readonly firstSize: number;
  readonly policy: ScalingPolicy;
  at(minute: number): LoadMinute;
}

const POLICY: ScalingPolicy = {
  mode: 'AUTO',
  maxMissRate: 0.2,
  minMissRate: 0.05,
  expandRatio: 1.5,
  shrinkRatio: 0.75,
  minNodes: 1,
  maxNodes: 8,
  cooldownSeconds: 180,
  flapWindowMinutes: 30,
};
const DAY_MINUTES = 1440;

/** From 4 o'clock, when a fifth of the images is asked for and a sixth of the gets come, to 16 o'clock, when all do. */
const day: Load = {
  name: 'a day',
  minutes: DAY_MINUTES,
  firstSize: 3,
  policy: POLICY,
  at(minute) {
    const height = 0.5 - 0.5 * Math.cos((2 * Math.PI * (minute - 240)) / DAY_MINUTES);
    return { gets: Math.round(600 + 3000 * height), images: Math.round(4_000 + 16_000 * height) };
  },
};

/** Four times the gets for an hour, half of which are for 4,000 images that nobody had asked for before. */
const flashCrowd: Load = {
  name: 'a flash crowd',
  minutes: 300,
  firstSize: 3,
  policy: POLICY,
  at(minute) {
    if (minute < 60 || minute >= 120) return { gets: 1_500, images: 8_000 };
    return { gets: 6_000, images: 8_000, crowd: { share: 0.5, images: 4_000 } };
  },
};

/** Always the same, with thresholds and ratios between which no size is: four nodes miss too much, eight hardly at all. */
const noSizeFits: Load = {
  name: 'a constant load that no reachable size suits',
  minutes: 480,
  firstSize: 4,
  policy: { ...POLICY, maxMissRate: 0.15, minMissRate: 0.05, expandRatio: 2, shrinkRatio: 0.5 },
  at: () => ({ gets: 3_000, images: 18_000 }),
};

export const loads: readonly Load[] = [day, flashCrowd, noSizeFits];
