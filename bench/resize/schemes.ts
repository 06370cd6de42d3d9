import { PoolWarmer } from '../../api/src/pool/warming/pool-warmer.ts';
import { type BenchPool, ringOf } from './bench-pool.ts';
import { ModuloRing } from './modulo-ring.ts';

/** A way to change the number of nodes. */
export interface Scheme {
  readonly name: string;
  begin(pool: BenchPool, size: number): Promise<void>;
  /** Returns what goes on in the background while requests come, to be awaited before the next step. */
  resize(pool: BenchPool, size: number): Promise<{ readonly settled: Promise<void> }>;
}

const SETTLED = { settled: Promise.resolve() };
const NEVER = new AbortController().signal;

/** As the pool does it: previous owners are asked, entries copied, then trimmed; nodes that leave serve until that is done. */
export const withWarming: Scheme = {
  name: 'with warming',
  begin: enterRing,
  async resize(pool, size) {
    const before = pool.ring;
    const ring = ringOf(size);
    await pool.start(Math.max(size, pool.nodes.length));
    pool.enter(ring, [before]);
    return { settled: warm(pool, size) };
  },
};

async function warm(pool: BenchPool, size: number): Promise<void> {
  const warmer = new PoolWarmer({
    mayBeRead: () => true,
    log: {
      warn(fields, message) {
        throw new Error(`${message} ${JSON.stringify(fields)}`);
      },
    },
    silenceMs: 30_000,
  });
  const { members } = pool.ring;
  const nodes = [...pool.nodes];
  await warmer.warm({ members, nodes, limitMiBps: () => Infinity, onProgress: () => {}, signal: NEVER });
  pool.enter(pool.ring);
  await pool.stop(size);
  await warmer.trim({ members, nodes: [...pool.nodes], signal: NEVER });
}

/** Consistent hashing alone: the ring changes, and what has moved is missed. */
export const withoutWarming: Scheme = {
  name: 'without',
  begin: enterRing,
  async resize(pool, size) {
    await enterRing(pool, size);
    await pool.stop(size);
    return SETTLED;
  },
};

/** As the course project did it: all caches are emptied, then keys go by `md5 mod 16 mod n`. */
export const clearAndModulo: Scheme = {
  name: 'clear, mod n',
  async begin(pool, size) {
    await pool.start(size);
    pool.enter(new ModuloRing(ringOf(size).members));
  },
  async resize(pool, size) {
    await pool.cache.clear();
    await this.begin(pool, size);
    await pool.stop(size);
    return SETTLED;
  },
};

/** A pool that has had its size all along. */
export function steady(size: number): Scheme {
  return {
    name: `always ${size}`,
    begin: (pool) => enterRing(pool, size),
    resize: () => Promise.resolve(SETTLED),
  };
}

async function enterRing(pool: BenchPool, size: number): Promise<void> {
  await pool.start(size);
  pool.enter(ringOf(size));
}
