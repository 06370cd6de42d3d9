import { describe, expect, it } from 'vitest';
import { Cache, type CacheOptions } from './cache.ts';
import { Clock } from './clock.ts';
import { Counters } from './counters.ts';
import type { Entry } from './entry.ts';
import { type PolicyName, policyNames } from './policies/policies.ts';
import { Replay } from './simulate/replay.ts';
import { seededRandom } from './simulate/seeded-random.ts';
import { synthesize } from './simulate/synthetic.ts';

const MIB = 1024 * 1024;
const NOW = 1_800_000_000;

function create(options: Partial<CacheOptions>): Cache {
  const defaults: CacheOptions = {
    capacityBytes: 64 * MIB,
    policy: 'lru',
    maxItems: undefined,
    canEvict: true,
    hasCas: true,
    random: seededRandom(1),
  };
  return new Cache({ ...defaults, ...options }, new Counters(), new Clock(() => NOW * 1000));
}

/** Stores `length` bytes that can be told from the key. */
function set(cache: Cache, key: string, length: number): Entry | undefined {
  const existing = cache.find(key, NOW);
  const draft = cache.reserve(key, 0, length);
  if (!draft) return undefined;
  const bytes = payload(key, length);
  draft.value.write(0, bytes, 0, length);
  return cache.store(draft, existing && cache.find(key, NOW), NOW);
}

function drop(cache: Cache, key: string): void {
  const entry = cache.find(key, NOW);
  if (entry) cache.remove(entry);
}

function payload(key: string, length: number): Buffer {
  return Buffer.alloc(length, `${key} `);
}

function holdsWhole(cache: Cache, key: string): boolean {
  const entry = cache.find(key, NOW);
  if (!entry) return false;
  const pieces: Buffer[] = [];
  entry.value.pieces((memory, start, end) => void pieces.push(memory.subarray(start, end)));
  return Buffer.concat(pieces).equals(payload(key, entry.value.length));
}

function settle(cache: Cache): number {
  let steps = 1;
  while (cache.settle() === 'more') steps++;
  return steps;
}

function list(cache: Cache): Entry[] {
  const found: Entry[] = [];
  for (const listing = cache.list(); listing && !listing.isOver;) {
    const entry = listing.next();
    if (entry) found.push(entry);
  }
  return found;
}

function keysInOrder(cache: Cache): string[] {
  return list(cache).map(({ key }) => key);
}

/** Misses of 30,000 requests with 500 entries; the same in libCacheSim, apart from random and w-tinylfu. */
const misses: Record<PolicyName, number> = {
  lru: 17_745,
  random: 18_673,
  fifo: 18_669,
  clock: 17_555,
  lfu: 16_751,
  sieve: 16_751,
  's3-fifo': 16_570,
  'w-tinylfu': 16_649,
  arc: 16_771,
};

describe('a cap by count', () => {
  it.each(policyNames)(
    'has %s miss what it misses in the simulator, where each entry counts as 1',
    (policy) => {
      const cache = create({ policy, maxItems: 500 });
      const replay = new Replay(policy, 500, seededRandom(1));
      let missed = 0;
      for (const accesses of synthesize('scans', { requests: 30_000, keys: 3000, seed: 2 })) {
        for (const { key } of accesses) {
          replay.access({ key, sizeBytes: 1 });
          const entry = cache.find(key, NOW);
          if (entry) cache.use(entry, NOW);
          else if (set(cache, key, key.charCodeAt(key.length - 1) % 7)) missed++;
        }
      }
      expect([missed, replay.result.misses]).toEqual([misses[policy], misses[policy]]);
      expect(cache.count).toBe(500);
    },
  );

  it('counts what is on its way', () => {
    const cache = create({ maxItems: 2 });
    set(cache, 'old', 1);
    const drafts = ['a', 'b'].map((key) => cache.reserve(key, 0, 1));
    expect(cache.count).toBe(0);
    for (const draft of drafts) if (draft) cache.store(draft, undefined, NOW);
    expect(keysInOrder(cache)).toEqual(['b', 'a']);
  });

  it('evicts nothing for an overwrite', () => {
    const cache = create({ maxItems: 2 });
    for (const key of ['a', 'b', 'a', 'b', 'a']) set(cache, key, 10);
    expect(keysInOrder(cache)).toEqual(['a', 'b']);
  });
});

describe('a smaller capacity', () => {
  it('comes into force in steps, and leaves what is most valuable', () => {
    const cache = create({});
    for (let index = 0; index < 20_000; index++) set(cache, `key-${index}`, 2000);
    cache.setCapacity(16 * MIB);
    expect(cache.count).toBe(20_000);
    expect(settle(cache)).toBeGreaterThan(10);
    expect(cache.sizeBytes).toBeLessThanOrEqual(16 * MIB);
    expect(cache.sizeBytes).toBeGreaterThan(16 * MIB - 5000);
    const kept = keysInOrder(cache);
    expect(kept[0]).toBe('key-19999');
    expect(kept.at(-1)).toBe(`key-${20_000 - kept.length}`);
  });

  it('gives memory back, and keeps what lay in it', () => {
    const cache = create({ capacityBytes: 256 * MIB });
    for (let index = 0; index < 800; index++) set(cache, `key-${index}`, 100 + index * 500);
    expect(cache.arena.committedBytes).toBe(192 * MIB);
    cache.setCapacity(100 * MIB);
    settle(cache);
    expect(cache.arena.committedBytes).toBeLessThanOrEqual(100 * MIB);
    expect(cache.payloadBytes).toBeGreaterThan(95 * MIB);
    cache.arena.check();
    for (const key of keysInOrder(cache)) expect(holdsWhole(cache, key)).toBe(true);
    expect(cache.payloadBytes).toBe(list(cache).reduce((sum, { value }) => sum + value.length, 0));
  });

  it('waits for what a client is being sent', () => {
    const cache = create({ capacityBytes: 128 * MIB });
    for (let index = 0; index < 100; index++) set(cache, `key-${index}`, MIB);
    const entry = cache.find('key-99', NOW);
    const lent = entry?.value;
    lent?.pin();
    cache.setCapacity(8 * MIB);
    settle(cache);
    expect(cache.settle()).toBe('waits');
    expect(cache.arena.committedBytes).toBe(72 * MIB);
    expect(entry?.value).toBe(lent);
    lent?.unpin(cache.arena);
    settle(cache);
    expect(cache.arena.committedBytes).toBe(8 * MIB);
    expect(holdsWhole(cache, 'key-99')).toBe(true);
  });

  it('may be taken back, and taken, while it is coming into force', () => {
    const cache = create({ capacityBytes: 192 * MIB });
    const random = seededRandom(3);
    for (let step = 0; step < 20_000; step++) {
      const key = `key-${Math.floor(random() * 4000)}`;
      if (random() < 0.5) set(cache, key, Math.floor(100 * 1000 ** random()));
      else drop(cache, key);
      if (random() < 0.005) cache.setCapacity(Math.ceil(8 + random() * 184) * MIB);
      cache.settle();
    }
    settle(cache);
    cache.arena.check();
    for (const key of keysInOrder(cache)) expect(holdsWhole(cache, key)).toBe(true);
    cache.setCapacity(8 * MIB);
    settle(cache);
    expect(cache.arena.committedBytes).toBeLessThanOrEqual(8 * MIB);
    for (const entry of list(cache)) cache.remove(entry);
    expect([cache.sizeBytes, cache.payloadBytes, cache.itemBytes, cache.arena.usedBytes]).toEqual([
      0, 0, 0, 0,
    ]);
  });

  it('lets a node that may not evict keep all and refuse more', () => {
    const cache = create({ capacityBytes: 128 * MIB, canEvict: false });
    for (let index = 0; index < 100; index++) set(cache, `key-${index}`, MIB);
    cache.setCapacity(8 * MIB);
    settle(cache);
    expect(cache.count).toBe(100);
    expect(set(cache, 'more', 10)).toBeUndefined();
  });
});

describe('another policy', () => {
  it('comes into force in steps, and keeps the order', () => {
    const cache = create({});
    for (let index = 0; index < 10_000; index++) set(cache, `key-${index}`, 10);
    const before = keysInOrder(cache);
    cache.setPolicy('fifo');
    expect(cache.policyName).toBe('fifo');
    expect(settle(cache)).toBeGreaterThan(10);
    expect(keysInOrder(cache)).toEqual(before);
  });

  it('may be another again before it is in force', () => {
    const cache = create({});
    for (let index = 0; index < 10_000; index++) set(cache, `key-${index}`, 10);
    cache.setPolicy('sieve');
    cache.settle();
    cache.setPolicy('arc');
    cache.settle();
    cache.setPolicy('clock');
    expect(cache.policyName).toBe('clock');
    settle(cache);
    expect([cache.policyName, cache.count]).toEqual(['clock', 10_000]);
  });
});

describe('a listing', () => {
  it.each(policyNames)('has everything that stays once, whatever %s moves meanwhile', (policy) => {
    const cache = create({ policy, maxItems: 3000 });
    const random = seededRandom(2);
    const access = (): void => {
      const key = `key-${Math.floor(random() ** 2 * 6000)}`;
      const entry = cache.find(key, NOW);
      if (entry) cache.use(entry, NOW);
      else set(cache, key, 10);
    };
    for (let count = 0; count < 20_000; count++) access();
    const before = new Set(list(cache));
    const found: Entry[] = [];
    for (const listing = cache.list(); listing && !listing.isOver;) {
      const entry = listing.next();
      if (entry) found.push(entry);
      if (random() < 0.3) access();
      if (found.length === 1000) cache.setPolicy('lru');
      if (random() < 0.05) cache.settle();
    }
    expect(new Set(found).size).toBe(found.length);
    const stayed = list(cache).filter((entry) => before.has(entry));
    expect(stayed.length).toBeGreaterThan(1000);
    expect(stayed.filter((entry) => !found.includes(entry))).toEqual([]);
  });

  it('that was broken off takes nothing from the next', () => {
    const cache = create({});
    for (let index = 0; index < 100; index++) set(cache, `key-${index}`, 10);
    const broken = cache.list();
    for (let step = 0; step < 50; step++) broken?.next();
    broken?.stop();
    expect(keysInOrder(cache)).toHaveLength(100);
    expect(keysInOrder(cache)[0]).toBe('key-99');
  });

  it('is refused beyond eight at a time', () => {
    const cache = create({});
    const listings = Array.from({ length: 9 }, () => cache.list());
    expect(listings.map((listing) => listing !== undefined)).toEqual([...Array<true>(8).fill(true), false]);
    listings[3]?.stop();
    expect(cache.list()).toBeDefined();
  });
});
