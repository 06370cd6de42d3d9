import { setTimeout } from 'node:timers/promises';
import type { Miss } from '../../api/src/pool/nodes/entry-read.ts';
import type { BenchPool } from './bench-pool.ts';
import type { BenchImage } from './workload.ts';

const LOOK_AGAIN_MS = 2;
/** The object store is a function: only how often it is asked matters, and that nodes hold entries of the right sizes. */
const OBJECT = Buffer.alloc(2_000_000);
const HEADER = { contentType: 'image/jpeg', sha256: '0'.repeat(64) };

/**
 * Reads an image as the api does: owner, previous owners, object store; what was found elsewhere fills the owner by the lease.
 * @returns whether the object store was asked
 */
export async function readImage(
  pool: BenchPool,
  { keyHash, entryName, sizeBytes }: BenchImage,
): Promise<boolean> {
  for (;;) {
    const miss = await look(pool, keyHash, entryName);
    if (miss === undefined) return false;
    if (miss.lease === 'refused') throw miss.reason;
    if (miss.lease === 'taken') {
      await setTimeout(LOOK_AGAIN_MS);
      continue;
    }
    const entry = await pool.cache.readPrevious(keyHash, entryName, pool.budget);
    const payload = entry?.bytes ?? OBJECT.subarray(0, sizeBytes);
    await pool.cache.fill(miss, entryName, { header: HEADER, payload });
    if (entry === undefined) return true;
    pool.budget.give(entry.bytes.length);
    return false;
  }
}

/** Undefined after a hit. */
async function look(pool: BenchPool, keyHash: string, entryName: string): Promise<Miss | undefined> {
  return await new Promise((resolve, reject) => {
    pool.cache.read(keyHash, entryName, {
      hit: () => {},
      payload: () => {},
      end: () => resolve(undefined),
      miss: resolve,
      broken: reject,
    });
  });
}
