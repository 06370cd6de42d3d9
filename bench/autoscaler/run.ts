/**
 * What the autoscaler saves and costs, in simulated time: a day, a flash crowd, and a load on which the plain ratio rule flaps, each played
 * against real policies (LRU by bytes, one for each node), the pool's ring and the autoscaler's `decide`, with a decision a
 * minute. Beside it: pools that never change, and the rule of the course project that this grew from. Caches begin warm.
 *
 * A resize takes no time here, only the autoscaler is told that it took half a minute: how entries move is measured by bench/resize.
 * The same seed gives the same figures on every machine. Run with: npm run bench:autoscaler [-- --node-mib 192 --seed 1 --sizes]
 */
import { parseArgs } from 'node:util';
import { makeImages } from './images.ts';
import { loads } from './loads.ts';
import { report } from './report.ts';
import { simulate } from './simulate.ts';
import { courseProject, fixed, ours, plainRatio } from './strategies.ts';

const { values: options } = parseArgs({
  options: {
    images: { type: 'string', default: '20000' },
    'node-mib': { type: 'string', default: '192' },
    seed: { type: 'string', default: '1' },
    /** Print the size in each minute too. */
    sizes: { type: 'boolean', default: false },
  },
});

const seed = Number(options.seed);
const images = makeImages(Number(options.images), seed);
const nodeBytes = Number(options['node-mib']) * 2 ** 20;
const totalMiB = images.reduce((total, { sizeBytes }) => total + sizeBytes, 0) / 2 ** 20;
console.log(`${images.length} images of ${totalMiB.toFixed(0)} MiB, nodes of ${options['node-mib']} MiB.`);

for (const load of loads) {
  const strategies = [fixed(load.firstSize), fixed(load.policy.maxNodes), courseProject, plainRatio, ours];
  const outcomes = new Map(
    strategies.map((strategy) => [strategy.name, simulate(load, strategy, { images, nodeBytes, seed })]),
  );
  report(load, outcomes);
  if (!options.sizes) continue;
  for (const [name, { sizes }] of outcomes) console.log(`${name}: ${sizes.join('')}`);
}
