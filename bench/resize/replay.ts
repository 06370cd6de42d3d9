import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchPool } from './bench-pool.ts';
import { readImage } from './read-image.ts';
import type { Scheme } from './schemes.ts';
import type { Workload } from './workload.ts';

export interface ReplayOptions {
  readonly workload: Workload;
  /** Before the first step, and after each. */
  readonly sizes: readonly number[];
  readonly nodeMiB: number;
  /** How many of the steps to replay. */
  readonly steps: number;
}

/** How many requests are under way at a time. */
const CONCURRENCY = 16;

/** Replays the requests on a pool that changes its size by the scheme; 1 for each that the object store was asked for. */
export async function replay(scheme: Scheme, options: ReplayOptions): Promise<Uint8Array> {
  const { workload, sizes, nodeMiB, steps } = options;
  const { requests, stepStarts, images } = workload;
  const objectReads = new Uint8Array(requests.length);
  const folder = await mkdtemp(join(tmpdir(), 'shoal-resize-'));
  const pool = new BenchPool(folder, nodeMiB);
  const run = async (from: number, to: number): Promise<void> => {
    let next = from;
    const readOn = async (): Promise<void> => {
      for (let i = next++; i < to; i = next++)
        objectReads[i] = (await readImage(pool, images[requests[i]!]!)) ? 1 : 0;
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, readOn));
  };
  try {
    await scheme.begin(pool, sizes[0]!);
    await run(0, stepStarts[0]!);
    for (let step = 0; step < steps; step++) {
      const { settled } = await scheme.resize(pool, sizes[step + 1]!);
      await Promise.all([settled, run(stepStarts[step]!, stepStarts[step + 1]!)]);
    }
  } finally {
    await pool.stop(0);
    await rm(folder, { recursive: true, force: true });
  }
  return objectReads;
}
