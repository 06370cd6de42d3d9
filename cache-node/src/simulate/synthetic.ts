import { seededRandom } from './seeded-random.ts';
import type { Access } from './trace.ts';

/** How much to generate. The same options give the same trace. */
export interface SyntheticOptions {
  requests: number;
  /** How many keys there are at a time. */
  keys: number;
  seed: number;
}

/** The synthetic traces, and what each has in it. */
export const syntheticNames = ['scans', 'drift', 'images'] as const;

export type SyntheticName = (typeof syntheticNames)[number];

export function isSyntheticName(name: string): name is SyntheticName {
  return (syntheticNames as readonly string[]).includes(name);
}

/** Generates a trace in pieces, as they are asked for. */
export function* synthesize(name: SyntheticName, options: SyntheticOptions): Iterable<Access[]> {
  const next = generators[name](options, seededRandom(options.seed));
  for (let left = options.requests; left > 0; left -= pieceLength) {
    yield Array.from({ length: Math.min(left, pieceLength) }, next);
  }
}

type Generator = (options: SyntheticOptions, random: () => number) => () => Access;

const generators: Record<SyntheticName, Generator> = { scans, drift, images };

/**
 * Popularity by Zipf's law, exponent 0.9, and every now and then somebody walks through some thousand entries of an archive ten times
 * as large as the popular part. One request in five belongs to such a scan. All sizes are equal.
 */
function scans({ keys }: SyntheticOptions, random: () => number): () => Access {
  const rank = zipf(keys, 0.9, random);
  const archived = keys * 10;
  let position = 0;
  let left = 0;
  return () => {
    if (left === 0 && random() < 0.25 / meanScan) {
      position = Math.floor(random() * archived);
      left = Math.floor(random() * 2 * meanScan) + 1;
    }
    if (left === 0) return { key: `image-${rank()}`, sizeBytes: evenSizeBytes };
    left--;
    return { key: `archive-${position++ % archived}`, sizeBytes: evenSizeBytes };
  };
}

/**
 * Popularity by Zipf's law, exponent 0.9, that doesn't last: with every fiftieth request on average a new key takes a rank (high
 * ranks as often as low ones, on a logarithmic scale), and the key that had it falls to any other. All sizes are equal.
 */
function drift({ keys }: SyntheticOptions, random: () => number): () => Access {
  const rank = zipf(keys, 0.9, random);
  const keyOfRank = Uint32Array.from({ length: keys }, (_, index) => index);
  let newest = keys;
  return () => {
    if (random() < 1 / 50) {
      const risen = Math.floor(keys ** random()) - 1;
      keyOfRank[Math.floor(random() * keys)] = keyOfRank[risen]!;
      keyOfRank[risen] = newest++;
    }
    return { key: `image-${keyOfRank[rank()]}`, sizeBytes: evenSizeBytes };
  };
}

/**
 * Popularity by Zipf's law, exponent 0.8, and sizes as images have them, whatever their popularity: log-normal around 60 kB, from 2 kB
 * (thumbnails) to 5 MB (photographs).
 */
function images({ keys }: SyntheticOptions, random: () => number): () => Access {
  const rank = zipf(keys, 0.8, random);
  const sizes = Float64Array.from({ length: keys }, () => {
    const size = Math.round(60_000 * Math.exp(1.2 * normal(random)));
    return Math.min(Math.max(size, 2_000), 5_000_000);
  });
  return () => {
    const index = rank();
    return { key: `image-${index}`, sizeBytes: sizes[index]! };
  };
}

/** Draws ranks from 0 on with a chance in proportion to 1 / (rank + 1) ** exponent. */
function zipf(ranks: number, exponent: number, random: () => number): () => number {
  const cumulated = new Float64Array(ranks);
  let sum = 0;
  for (let rank = 0; rank < ranks; rank++) cumulated[rank] = sum += (rank + 1) ** -exponent;
  return () => {
    const drawn = random() * sum;
    let [low, high] = [0, ranks - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cumulated[middle]! > drawn) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** Box and Muller's transform: mean 0, variance 1. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const pieceLength = 4096;
const evenSizeBytes = 20_000;
const meanScan = 5_000;
