import { setTimeout } from 'node:timers/promises';
import type { Miss } from '../pool/nodes/entry-read.ts';
import type { PoolCache } from '../pool/routing/pool-cache.ts';

const PAUSES_MS = [10, 20, 40, 80, 150, 200, 250, 250, 500, 500];

/**
 * Looks now and then, for two seconds, whether whoever holds an entry's lease has filled the entry.
 * @returns `filled`, or how the last look ended: with the lease for us, or without hope
 */
export async function waitForFill(
  cache: PoolCache,
  keyHash: string,
  name: string,
  signal: AbortSignal,
): Promise<'filled' | Miss> {
  let last: 'filled' | Miss = { lease: 'taken' };
  for (const pauseMs of PAUSES_MS) {
    await setTimeout(pauseMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    last = await look(cache, keyHash, name);
    if (last === 'filled' || last.lease !== 'taken') break;
  }
  return last;
}

async function look(cache: PoolCache, keyHash: string, name: string): Promise<'filled' | Miss> {
  return await new Promise((resolve) => {
    cache.read(keyHash, name, {
      hit: () => resolve('filled'),
      payload: () => {},
      end: () => {},
      miss: resolve,
      broken: () => {},
    });
  });
}
