/**
 * What resizing costs in reads of the object store: with warming, without, and in the way of the course project that this grew from
 * (`md5 mod 16 mod n`, all caches cleared first). The same requests are replayed on real cache nodes through the pool's own routing
 * and warming; the object store is a function that gives bytes of the right size, since only its reads count. What would have been
 * missed anyway is told by pools that had the new size all along. A minute is so many requests; they come as fast as they are
 * answered, so copying has far less time than in reality.
 *
 * Two nodes hold all images but a few: one owns more than the other. With less memory a pool that grows begins with what the smaller one held, and what was
 * in no cache can't be copied: compare "always old" then. Run with: npm run bench:resize [-- --node-mib 320 --check]
 */
import { parseArgs } from 'node:util';
import { replay } from './replay.ts';
import { report } from './report.ts';
import { clearAndModulo, type Scheme, steady, withoutWarming, withWarming } from './schemes.ts';
import { makeWorkload } from './workload.ts';

const SIZES = [2, 3, 5, 8, 4, 2];

const { values: options } = parseArgs({
  options: {
    images: { type: 'string', default: '20000' },
    'node-mib': { type: 'string', default: '320' },
    'requests-before': { type: 'string', default: '30000' },
    'requests-per-step': { type: 'string', default: '20000' },
    'minute-requests': { type: 'string', default: '6000' },
    seed: { type: 'string', default: '1' },
    /** Exit with 1 when a target is missed. */
    check: { type: 'boolean', default: false },
  },
});

const workload = makeWorkload({
  images: Number(options.images),
  seed: Number(options.seed),
  requestsBefore: Number(options['requests-before']),
  requestsPerStep: Number(options['requests-per-step']),
  steps: SIZES.length - 1,
});
const nodeMiB = Number(options['node-mib']);
const totalMiB = workload.images.reduce((total, { sizeBytes }) => total + sizeBytes, 0) / 2 ** 20;
console.log(`${workload.images.length} images of ${totalMiB.toFixed(0)} MiB, nodes of ${nodeMiB} MiB.`);

const steadyReads = new Map<number, Uint8Array>();
for (const size of new Set(SIZES)) steadyReads.set(size, await replayTo(steady(size), lastStepOf(size)));
const results = {
  workload,
  sizes: SIZES,
  minuteRequests: Number(options['minute-requests']),
  steady: steadyReads,
  warmed: await replayTo(withWarming, SIZES.length - 1),
  unwarmed: await replayTo(withoutWarming, SIZES.length - 1),
  cleared: await replayTo(clearAndModulo, SIZES.length - 1),
};
const hasMetTargets = report(results);
if (options.check && !hasMetTargets) process.exitCode = 1;

async function replayTo(scheme: Scheme, steps: number): Promise<Uint8Array> {
  const startedAt = performance.now();
  const reads = await replay(scheme, { workload, sizes: SIZES, nodeMiB, steps });
  console.log(`Replayed ${scheme.name} in ${((performance.now() - startedAt) / 1000).toFixed(0)} s.`);
  return reads;
}

/** A pool that always had a size is needed until the last step from or to that size. */
function lastStepOf(size: number): number {
  return Math.min(SIZES.lastIndexOf(size) + 1, SIZES.length - 1);
}
