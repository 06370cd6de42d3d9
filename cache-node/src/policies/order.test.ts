import { describe, expect, test } from 'vitest';
import { seededRandom } from '../simulate/seeded-random.ts';
import { createPolicy, type PolicyName } from './policies.ts';
import { type Policy, PolicyEntry } from './policy.ts';

/** Each policy's small example: what a few accesses by hand should leave, in the words of its paper. */
describe('the order of eviction', () => {
  test.each<{ policy: PolicyName; accesses: string; evicted: string; because: string }>([
    { policy: 'lru', accesses: 'abcda', evicted: 'bcda', because: 'a was used last' },
    { policy: 'fifo', accesses: 'abcda', evicted: 'abcd', because: 'use does not matter' },
    { policy: 'clock', accesses: 'abcdab', evicted: 'cdab', because: 'a and b get a second chance' },
    { policy: 'clock', accesses: 'abcdabab', evicted: 'cdab', because: 'there is one chance only' },
    { policy: 'lfu', accesses: 'abcdaab', evicted: 'cdba', because: 'a has three uses, b two' },
    { policy: 'lfu', accesses: 'abcdba', evicted: 'cdba', because: 'b came to two uses first' },
    {
      policy: 'sieve',
      accesses: 'abcdac',
      evicted: 'bdac',
      because: 'the hand passes a and c, then starts again',
    },
    {
      policy: 's3-fifo',
      accesses: 'abcdaaa',
      evicted: 'bcda',
      because: 'three uses carry a to the main queue',
    },
    { policy: 's3-fifo', accesses: 'abcdaa', evicted: 'bcda', because: 'so do two' },
    { policy: 's3-fifo', accesses: 'abcda', evicted: 'abcd', because: 'one does not, but is not lost' },
    { policy: 'arc', accesses: 'abcda', evicted: 'bcda', because: 'a is in T2, the others in T1' },
    { policy: 'w-tinylfu', accesses: 'abcda', evicted: 'bcda', because: 'all were seen once' },
  ])('$policy after $accesses: $evicted, because $because', ({ policy, accesses, evicted }) => {
    const cache = new Cache(policy, 100);
    for (const key of accesses) cache.access(key);
    expect(cache.drain()).toBe(evicted);
  });

  test('sieve leaves its hand where it evicted, and takes newcomers from there on', () => {
    const cache = new Cache('sieve', 4);
    for (const key of 'abcdab') cache.access(key);
    cache.access('e');
    expect(cache.keys()).toBe('abde');
    cache.access('f');
    expect(cache.keys()).toBe('abef');
  });

  test('s3-fifo takes one that returns from the ghosts into the main queue', () => {
    const cache = new Cache('s3-fifo', 10);
    for (const key of 'abcdefghijk') cache.access(key);
    expect(cache.has('a')).toBe(false);
    cache.access('a');
    for (const key of 'lmnopqr') cache.access(key);
    expect(cache.has('a')).toBe(true);
  });

  test('s3-fifo fills its main queue too while there is room, and then drops from the small one', () => {
    const cache = new Cache('s3-fifo', 20);
    for (const key of 'abcdefghijklmnopqrst') cache.access(key);
    for (const key of 'uvwx') cache.access(key);
    expect(cache.keys()).toBe('cdefghijklmnopqrstwx');
  });

  test('arc lets a ghost come back among the frequent, and a scan not push it out', () => {
    const cache = new Cache('arc', 10);
    for (const key of 'ababcdefghijkl') cache.access(key);
    for (let scanned = 0; scanned < 100; scanned++) cache.access(`scan-${scanned}`);
    expect([cache.has('a'), cache.has('b')]).toEqual([true, true]);
  });

  test('w-tinylfu lets no scan push out what was used often, but counts a burst in the window as one use', () => {
    const cache = new Cache('w-tinylfu', 100);
    for (let key = 0; key < 100; key++) cache.access(`scan-${key}`);
    for (let times = 0; times < 10; times++) for (const key of 'abcdefghi') cache.access(key);
    for (let times = 0; times < 10; times++) cache.access('z');
    for (let key = 100; key < 1000; key++) cache.access(`scan-${key}`);
    expect([...'abcdefghi'].filter((key) => cache.has(key)).length).toBeGreaterThanOrEqual(7);
    expect(cache.has('z')).toBe(false);
  });

  test('random throws out each with about the same chance', () => {
    const evictions = new Map<string, number>();
    const random = seededRandom(4);
    for (let round = 0; round < 4000; round++) {
      const policy = createPolicy<Entry>('random', { capacityBytes: 4, random });
      for (const key of 'abcd') policy.insert(new Entry(key, 1));
      const { key } = policy.evict()!;
      evictions.set(key, (evictions.get(key) ?? 0) + 1);
    }
    for (const key of 'abcd') expect(Math.abs(evictions.get(key)! - 1000)).toBeLessThan(100);
  });
});

class Entry extends PolicyEntry {}

/** Holds so many entries of size 1. */
class Cache {
  readonly #entries = new Map<string, Entry>();
  readonly #policy: Policy<Entry>;
  readonly #capacity: number;

  constructor(name: PolicyName, capacity: number) {
    this.#capacity = capacity;
    this.#policy = createPolicy<Entry>(name, { capacityBytes: capacity, random: seededRandom(1) });
  }

  access(key: string): void {
    const held = this.#entries.get(key);
    if (held !== undefined) return this.#policy.hit(held);
    while (this.#policy.count >= this.#capacity)
      this.#entries.delete(this.#policy.evict({ key, sizeBytes: 1 })!.key);
    const entry = new Entry(key, 1);
    this.#entries.set(key, entry);
    this.#policy.insert(entry);
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  keys(): string {
    return [...this.#entries.keys()].sort().join('');
  }

  /** The keys in the order in which they go. */
  drain(): string {
    let keys = '';
    for (let entry = this.#policy.evict(); entry !== undefined; entry = this.#policy.evict())
      keys += entry.key;
    return keys;
  }
}
