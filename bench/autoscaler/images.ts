import { createHash } from 'node:crypto';
import { makeRandom, normal } from '../load/randomness.ts';

export interface BenchImage {
  readonly keyHash: string;
  readonly sizeBytes: number;
}

/** Sizes as images have them: log-normal around 60 kB. */
const [MEDIAN_BYTES, SPREAD, LEAST_BYTES, MOST_BYTES] = [60_000, 1, 2_000, 5_000_000];

/** Images, the most popular first, the same for the same seed. */
export function makeImages(count: number, seed: number): readonly BenchImage[] {
  const random = makeRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const size = Math.round(MEDIAN_BYTES * Math.exp(SPREAD * normal(random)));
    return {
      keyHash: createHash('md5').update(`image-${index}`).digest('hex'),
      sizeBytes: Math.min(Math.max(size, LEAST_BYTES), MOST_BYTES),
    };
  });
}
