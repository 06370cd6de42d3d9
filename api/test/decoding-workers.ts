import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { DecodingPool, type DecodingPoolOptions } from '../src/images/decoding/decoding-pool.ts';

const MAIN = fileURLToPath(new URL('../src/images/decoding/worker-main.ts', import.meta.url));

/** The program of a worker, from source. */
export const WORKER_COMMAND = [process.execPath, '--import', import.meta.resolve('tsx'), MAIN] as const;

/** The usual limits of a running Shoal. */
export const USUAL_LIMITS = { cpuSeconds: 4, memoryBytes: 2 ** 30 };

/** Workers as in a running Shoal; they end with the test. */
export function openDecodingPool(options: Partial<DecodingPoolOptions> = {}): DecodingPool {
  const pool = new DecodingPool({
    command: WORKER_COMMAND,
    atOnce: 2,
    maxWaiting: 100,
    limits: USUAL_LIMITS,
    clock: () => performance.now(),
    ...options,
  });
  onTestFinished(() => pool.close());
  return pool;
}
