import { createHash } from 'node:crypto';
import { makeRandom, makeZipf, normal } from '../load/randomness.ts';

export interface BenchImage {
  readonly keyHash: string;
  /** As api/src/images/entry-name.ts makes it. */
  readonly entryName: string;
  readonly sizeBytes: number;
}

export interface WorkloadOptions {
  readonly images: number;
  readonly seed: number;
  /** Requests before the first step, after each image was asked for once. */
  readonly requestsBefore: number;
  readonly requestsPerStep: number;
  readonly steps: number;
}

/** Images and the requests for them, the same for the same options. */
export interface Workload {
  readonly images: readonly BenchImage[];
  /** Indexes of images in the order in which they are asked for. */
  readonly requests: Uint32Array;
  /** The request with which each step begins; one more for the end. */
  readonly stepStarts: readonly number[];
}

const ZIPF_EXPONENT = 0.9;
/** Sizes as pictures of web pages have them: log-normal around 20 kB. */
const [MEDIAN_BYTES, SPREAD, LEAST_BYTES, MOST_BYTES] = [20_000, 1, 2_000, 2_000_000];

export function makeWorkload(options: WorkloadOptions): Workload {
  const random = makeRandom(options.seed);
  const images = Array.from({ length: options.images }, (_, index): BenchImage => {
    const keyHash = createHash('md5').update(`image-${index}`).digest('hex');
    const size = Math.round(MEDIAN_BYTES * Math.exp(SPREAD * normal(random)));
    const sizeBytes = Math.min(Math.max(size, LEAST_BYTES), MOST_BYTES);
    return { keyHash, entryName: `${keyHash}:01990000-0000-7000-8000-000000000000`, sizeBytes };
  });
  const next = makeZipf(options.images, ZIPF_EXPONENT, random);
  const firstStart = options.images + options.requestsBefore;
  const requests = new Uint32Array(firstStart + options.steps * options.requestsPerStep);
  for (let i = 0; i < requests.length; i++) requests[i] = i < options.images ? i : next();
  const stepStarts = Array.from(
    { length: options.steps + 1 },
    (_, step) => firstStart + step * options.requestsPerStep,
  );
  return { images, requests, stepStarts };
}
