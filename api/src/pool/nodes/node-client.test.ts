import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fillEntry, headerOf, readEntry, winLease } from '../../../test/entry-requests.ts';
import { NODE_PROGRAMS, TestPool } from '../../../test/test-pool.ts';
import type { NodeClient } from './node-client.ts';
import type { NodeCounters } from './node-commands.ts';

/** A machine busy with other tests must not look like a node that has died. */
const PATIENT = { readPatienceMs: 4_000, readSilenceMs: 4_000 };

describe.each(NODE_PROGRAMS)('NodeClient with $name', (program) => {
  let pool: TestPool;
  let client: NodeClient;

  beforeAll(async () => {
    pool = await TestPool.open(1, { program, client: PATIENT });
    client = pool.clientOf(pool.nodes[0]!);
  });

  beforeEach(() => client.empty());

  afterAll(() => pool.close());

  it.each([1, 34, 1_000, 20_000, 262_144, 5_000_000])(
    'gives back an entry of %i bytes as it was filled',
    async (size) => {
      const payload = randomBytes(size);
      await fillEntry(client, 'name', payload);
      const outcome = await readEntry(client, 'name');
      if (outcome.kind !== 'hit') throw new Error(`It was a ${outcome.kind}.`);
      expect(outcome.header).toEqual(headerOf(payload));
      expect(outcome.payload.equals(payload)).toBe(true);
      expect(await client.probe('name')).toEqual({ contentType: 'image/webp', sizeBytes: size });
    },
  );

  it('answers many reads at once, each with its own entry', async () => {
    const payloads = Array.from({ length: 50 }, (_, i) => randomBytes(1 + i * 4_000));
    for (const [i, payload] of payloads.entries()) await fillEntry(client, `name-${i}`, payload);
    const outcomes = await Promise.all(
      Array.from({ length: 500 }, (_, i) => readEntry(client, `name-${i % 50}`)),
    );
    for (const [i, outcome] of outcomes.entries()) {
      expect(outcome.kind === 'hit' && outcome.payload.equals(payloads[i % 50]!)).toBe(true);
    }
  });

  it('tells what it holds without counting that as reads', async () => {
    for (const name of ['b', 'c']) await fillEntry(client, name, randomBytes(20));
    await winLease(client, 'leased');
    const before = await client.counters();
    expect(await client.held(['a', 'b', 'leased', 'c', 'd'])).toEqual(['b', 'c']);
    const { hits, misses } = await client.counters();
    expect({ hits, misses }).toEqual({ hits: before.hits, misses: before.misses });
  });

  it('gives the lease to one reader, and to the next when it is given back', async () => {
    const cas = await winLease(client, 'name');
    expect(await readEntry(client, 'name')).toEqual({ kind: 'miss', miss: { lease: 'taken' } });
    expect(await client.probe('name')).toBeUndefined();
    await client.release('name', cas);
    await winLease(client, 'name');
  });

  it('does not store what was deleted after the lease was given', async () => {
    const payload = randomBytes(100);
    const cas = await winLease(client, 'name');
    await client.delete(['other', 'name']);
    expect(await client.fill('name', { cas, header: headerOf(payload), payload })).toBe(false);
    expect((await readEntry(client, 'name')).kind).toBe('miss');
  });

  it('forgets all at once', async () => {
    await fillEntry(client, 'name', randomBytes(100));
    await client.flush();
    expect((await readEntry(client, 'name')).kind).toBe('miss');
  });

  it('refuses an entry that the node finds too large', async () => {
    const payload = Buffer.alloc(40 * 2 ** 20);
    const cas = await winLease(client, 'name');
    await expect(client.fill('name', { cas, header: headerOf(payload), payload })).rejects.toThrow(
      /too large/,
    );
    expect((await readEntry(client, 'name')).kind).toBe('miss');
  });

  it('reports what the node counts', async () => {
    // A node of its own: memcached takes its time to throw out what is flushed, and counts it until then.
    await pool.close();
    pool = await TestPool.open(1, { program, client: PATIENT });
    client = pool.clientOf(pool.nodes[0]!);
    const before = await client.counters();
    await fillEntry(client, 'counted', randomBytes(1_000));
    await readEntry(client, 'counted');
    const after = await client.counters();
    expect(after.items - before.items).toBe(1);
    expect(after.bytes - before.bytes).toBeGreaterThan(1_000);
    // memcached counts a read that takes the lease as a hit.
    const gets = ({ hits, misses }: NodeCounters) => hits + misses;
    expect(gets(after) - gets(before)).toBe(2);
    expect(after.hits - before.hits).toBeGreaterThanOrEqual(1);
    expect(after.capacityBytes).toBe(96 * 2 ** 20);
  });

  it('sets capacity and policy, and knows the policy of a node that has one to choose', async () => {
    await client.configure({ capacityMiB: 64, evictionPolicy: 'sieve' });
    expect((await client.counters()).capacityBytes).toBe(64 * 2 ** 20);
    expect(await client.policyName()).toBe(program.name.startsWith('memcached') ? undefined : 'sieve');
    await expect(client.configure({ capacityMiB: 1, evictionPolicy: 'lru' })).rejects.toThrow(/1 MiB|1 to/);
  });
});
