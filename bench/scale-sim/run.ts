import { createHash } from 'node:crypto';
import { Ring, slotLabel } from '../../api/src/pool/routing/ring.ts';
import { makeRandom } from '../load/randomness.ts';
import { spreadOfTopology } from './topology.ts';

const NODE_COUNTS = [1, 2, 4, 8, 16, 32, 64, 128, 200];
const REPLICA_COUNTS = [1, 2, 10, 50];
const SAMPLED_KEYS = 200_000;
const TRIALS = 2_000;

const random = makeRandom(7);

console.log('The ring: how even, how long a look-up, what one more node moves.\n');
console.log(
  '| nodes | largest share / mean | smallest share / mean | look-up, µs | build, ms | moved by +1 node | least possible |',
);
console.log('|---:|---:|---:|---:|---:|---:|---:|');
const hashes = Array.from({ length: SAMPLED_KEYS }, (_, index) =>
  createHash('md5').update(`key-${index}`).digest('hex'),
);
for (const count of NODE_COUNTS) {
  const labels = Array.from({ length: count + 1 }, (_, slot) => slotLabel(slot));
  const startedAt = performance.now();
  const ring = new Ring(labels.slice(0, count));
  const buildMs = performance.now() - startedAt;
  const shares = [...ring.ringShare().values()].map((share) => share * count);
  const lookedAt = performance.now();
  const owners = hashes.map((hash) => ring.owner(hash));
  const lookUpUs = ((performance.now() - lookedAt) * 1_000) / SAMPLED_KEYS;
  const larger = new Ring(labels);
  const moved = hashes.filter((hash, index) => larger.owner(hash) !== owners[index]).length / SAMPLED_KEYS;
  const cells = [
    count,
    Math.max(...shares).toFixed(2),
    Math.min(...shares).toFixed(2),
    lookUpUs.toFixed(2),
    buildMs.toFixed(1),
    percent(moved),
    percent(1 / (count + 1)),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

console.log('\nThe topology: how long after a change is written every api replica routes by it.\n');
console.log(
  '| replicas | half know, ms | 99 % of all know, ms | the last one, mean ms | the last one, worst ms | reads of the state / s |',
);
console.log('|---:|---:|---:|---:|---:|---:|');
for (const replicas of REPLICA_COUNTS) {
  const { halfMs, mostMs, lastMeanMs, lastWorstMs, looksPerSecond } = spreadOfTopology({
    replicas,
    trials: TRIALS,
    random,
  });
  const cells = [
    replicas,
    ...[halfMs, mostMs, lastMeanMs, lastWorstMs, looksPerSecond].map((value) => Math.round(value)),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
