import { createHash, randomBytes } from 'node:crypto';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NODE_PROGRAMS, TestPool, type ClientOptions, type TestNode } from '../../test/test-pool.ts';
import { BodyBudget } from './body-budget.ts';
import type { EntryHeader } from './entry.ts';
import type { Miss } from './entry-read.ts';
import type { NodeAddress } from './node-address.ts';
import { NodeClient } from './node-client.ts';
import type { NodeCounters } from './node-commands.ts';
import { SlabPool } from './slab.ts';

type Outcome =
  | { kind: 'hit'; header: EntryHeader; payload: Buffer }
  | { kind: 'miss'; miss: Miss }
  | { kind: 'broken'; received: number };

const PATIENCE = { timeout: 15_000, interval: 10 };
const clients: NodeClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

describe.each(NODE_PROGRAMS)('NodeClient with $name', (program) => {
  let pool: TestPool;
  let node: TestNode;
  let client: NodeClient;

  beforeEach(() => open());

  afterEach(() => pool.close());

  async function open(options: ClientOptions = {}): Promise<void> {
    pool = await TestPool.open(1, { program, client: options });
    node = pool.nodes[0]!;
    client = pool.clientOf(node);
  }

  async function reopen(options: ClientOptions): Promise<void> {
    await pool.close();
    await open(options);
  }

  it.each([1, 34, 1_000, 20_000, 262_144, 5_000_000])(
    'gives back an entry of %i bytes as it was filled',
    async (size) => {
      const payload = randomBytes(size);
      await fill(client, 'name', payload);
      const outcome = await read(client, 'name');
      if (outcome.kind !== 'hit') throw new Error(`It was a ${outcome.kind}.`);
      expect(outcome.header).toEqual(headerOf(payload));
      expect(outcome.payload.equals(payload)).toBe(true);
      expect(await client.probe('name')).toEqual({ contentType: 'image/webp', sizeBytes: size });
    },
  );

  it('answers many reads at once, each with its own entry', async () => {
    const payloads = Array.from({ length: 50 }, (_, i) => randomBytes(1 + i * 4_000));
    for (const [i, payload] of payloads.entries()) await fill(client, `name-${i}`, payload);
    const outcomes = await Promise.all(Array.from({ length: 500 }, (_, i) => read(client, `name-${i % 50}`)));
    for (const [i, outcome] of outcomes.entries()) {
      expect(outcome.kind === 'hit' && outcome.payload.equals(payloads[i % 50]!)).toBe(true);
    }
  });

  it('gives the lease to one reader, and to the next when it is given back', async () => {
    const cas = await lease(client, 'name');
    expect(await read(client, 'name')).toEqual({ kind: 'miss', miss: { lease: 'taken' } });
    expect(await client.probe('name')).toBeUndefined();
    await client.release('name', cas);
    await lease(client, 'name');
  });

  it('does not store what was deleted after the lease was given', async () => {
    const payload = randomBytes(100);
    const cas = await lease(client, 'name');
    await client.delete(['other', 'name']);
    expect(await client.fill('name', { cas, header: headerOf(payload), payload })).toBe(false);
    expect((await read(client, 'name')).kind).toBe('miss');
  });

  it('forgets all at once', async () => {
    await fill(client, 'name', randomBytes(100));
    await client.flush();
    expect((await read(client, 'name')).kind).toBe('miss');
  });

  it('reports what the node counts', async () => {
    const before = await client.counters();
    await fill(client, 'name', randomBytes(1_000));
    await read(client, 'name');
    const after = await client.counters();
    expect(after.items - before.items).toBe(1);
    expect(after.bytes - before.bytes).toBeGreaterThan(1_000);
    // memcached counts a read that takes the lease as a hit.
    const gets = ({ hits, misses }: NodeCounters) => hits + misses;
    expect(gets(after) - gets(before)).toBe(2);
    expect(after.hits - before.hits).toBeGreaterThanOrEqual(1);
    expect(after.capacityBytes).toBe(96 * 2 ** 20);
  });

  it('refuses an entry that the node finds too large', async () => {
    const payload = Buffer.alloc(40 * 2 ** 20);
    const cas = await lease(client, 'name');
    await expect(client.fill('name', { cas, header: headerOf(payload), payload })).rejects.toThrow(
      /too large/,
    );
    expect((await read(client, 'name')).kind).toBe('miss');
  });

  it('sets capacity and policy, and knows the policy of a node that has one to choose', async () => {
    await client.configure({ capacityMiB: 64, evictionPolicy: 'sieve' });
    expect((await client.counters()).capacityBytes).toBe(64 * 2 ** 20);
    expect(await client.policyName()).toBe(program.name.startsWith('memcached') ? undefined : 'sieve');
    await expect(client.configure({ capacityMiB: 1, evictionPolicy: 'lru' })).rejects.toThrow(/1 MiB|1 to/);
  });

  it('refuses reads at once after the node was killed, and serves again after another took its place', async () => {
    await node.kill();
    await vi.waitUntil(() => !client.isUp, PATIENCE);
    expect(await read(client, 'name')).toMatchObject({ kind: 'miss', miss: { lease: 'refused' } });
    node.start();
    await vi.waitUntil(() => client.isUp, PATIENCE);
    await fill(client, 'name', randomBytes(10));
  });

  it('gives up a frozen node, tells it what it has missed, and only then reads it again', async () => {
    await fill(client, 'deleted', randomBytes(10));
    await fill(client, 'kept', randomBytes(10));
    await node.freeze();
    expect(await read(client, 'kept')).toMatchObject({ kind: 'miss', miss: { lease: 'refused' } });
    expect(client.takesReads).toBe(false);
    await vi.waitUntil(() => !client.isUp, PATIENCE);
    expect(await read(client, 'kept')).toMatchObject({ kind: 'miss', miss: { lease: 'refused' } });
    await client.delete(['deleted']);
    node.thaw();
    await vi.waitUntil(() => client.isUp, PATIENCE);
    expect((await read(client, 'deleted')).kind).toBe('miss');
    expect((await read(client, 'kept')).kind).toBe('hit');
  });

  it('finds out within two seconds that a node which nobody reads is frozen, and acknowledges deletions then', async () => {
    await node.freeze();
    const frozenAt = performance.now();
    await client.delete(['name']);
    expect(client.isUp).toBe(false);
    expect(performance.now() - frozenAt).toBeLessThan(2_500);
    await client.flush();
  });

  it('leaves a late node alone, and takes what it answers late in its order', async () => {
    await reopen({ readSilenceMs: 20_000 });
    const payloads = Array.from({ length: 20 }, () => randomBytes(300_000));
    for (const [i, payload] of payloads.entries()) await fill(client, `name-${i}`, payload);
    await node.freeze();
    const late = await Promise.all(payloads.map((_, i) => read(client, `name-${i}`)));
    for (const outcome of late) expect(outcome.kind).not.toBe('hit');
    expect(client.takesReads).toBe(false);
    expect(client.isUp).toBe(true);
    node.thaw();
    await vi.waitUntil(() => client.takesReads, PATIENCE);
    for (const [i, payload] of payloads.entries()) {
      const outcome = await vi.waitUntil(() => readHit(client, `name-${i}`), PATIENCE);
      expect(outcome.payload.equals(payload)).toBe(true);
    }
  });

  it('gives back leases that came too late, and those that it never heard of', async () => {
    await reopen({ readSilenceMs: 20_000 });
    await node.freeze();
    expect((await read(client, 'late')).kind).toBe('miss');
    node.thaw();
    await vi.waitUntil(() => client.takesReads, PATIENCE);
    await vi.waitUntil(async () => (await leaseOf(client, 'late')) === 'won', PATIENCE);

    await reopen({ readSilenceMs: 300 });
    await node.freeze();
    expect((await read(client, 'unheard')).kind).toBe('miss');
    await vi.waitUntil(() => !client.isUp, PATIENCE);
    node.thaw();
    await vi.waitUntil(() => client.isUp, PATIENCE);
    expect(await leaseOf(client, 'unheard')).toBe('won');
  });

  it('does not take a pause of its own process for one of the node', async () => {
    await fill(client, 'name', randomBytes(100));
    const reads = Array.from({ length: 100 }, () => read(client, 'name'));
    for (let pause = 0; pause < 3; pause++) {
      const until = performance.now() + 400;
      while (performance.now() < until);
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const outcome of await Promise.all(reads)) expect(outcome.kind).toBe('hit');
    expect(client.takesReads).toBe(true);
  });

  it('has it written down once that deletions were missed, and that they were told before it is up', async () => {
    const written: string[] = [];
    let writeToldAll: (() => void) | undefined;
    await reopen({
      async onMissed() {
        written.push('missed');
      },
      async onToldAll() {
        await new Promise<void>((resolve) => (writeToldAll = resolve));
        written.push('told all');
      },
      onChange: (isUp) => written.push(isUp ? 'up' : 'down'),
    });
    await node.kill();
    await vi.waitUntil(() => !client.isUp, PATIENCE);
    await Promise.all([client.delete(['first']), client.delete(['second'])]);
    await client.flush();
    expect(written).toEqual(['up', 'down', 'missed']);
    node.start();
    await vi.waitUntil(() => writeToldAll !== undefined, PATIENCE);
    const missedMeanwhile = client.delete(['third']);
    writeToldAll!();
    await missedMeanwhile;
    expect(written.slice(3)).toEqual(['told all', 'missed']);
    await vi.waitUntil(() => (writeToldAll!(), client.isUp), PATIENCE);
    expect(written.slice(5)).toEqual(['told all', 'up']);
  });

  it('does not call a deletion done that could neither be told nor written down', async () => {
    let isDatabaseDown = true;
    await reopen({
      onMissed: async () => {
        if (isDatabaseDown) throw new Error('The database is down.');
      },
    });
    await node.kill();
    await vi.waitUntil(() => !client.isUp, PATIENCE);
    await expect(client.delete(['name'])).rejects.toThrow('The database is down.');
    isDatabaseDown = false;
    await client.delete(['name']);
  });
});

describe('NodeClient with a node that misbehaves', () => {
  let server: Server;

  afterEach(() => new Promise<void>((resolve) => void server.close(() => resolve())));

  it.each([
    ['breaks off in the middle of a payload', `VA 134 c1\r\n\u0001\u0000${'x'.repeat(100)}`, 'broken'],
    ['breaks off in the middle of the header', 'VA 134 c1\r\n\u0001\u0000xxx', 'miss'],
    ['speaks another language', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'miss'],
    ['reports an error', 'SERVER_ERROR out of memory\r\n', 'miss'],
    ['holds something that is no entry', 'VA 3 c1\r\nabc\r\n', 'miss'],
    ['holds an entry of a format to come', `VA 134 c1\r\n\u0002\u0000${'x'.repeat(132)}\r\n`, 'miss'],
  ])('is spared when it %s', async (_, reply, kind) => {
    server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => {
        if (data.toString().startsWith('mn')) socket.write('MN\r\n');
        else socket.end(reply, 'latin1');
      });
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const client = clientOf({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
    await vi.waitUntil(() => client.isUp, PATIENCE);
    expect((await read(client, 'name')).kind).toBe(kind);
    client.close();
  });
});

function clientOf(address: NodeAddress): NodeClient {
  const slabs = new SlabPool(new BodyBudget(64 * 2 ** 20));
  const client = new NodeClient({ address, slabs, random: () => 0.5 });
  clients.push(client);
  return client;
}

function headerOf(payload: Buffer): EntryHeader {
  return { contentType: 'image/webp', sha256: createHash('sha256').update(payload).digest('hex') };
}

async function lease(client: NodeClient, name: string): Promise<string> {
  const outcome = await read(client, name);
  if (outcome.kind !== 'miss' || outcome.miss.lease !== 'won')
    throw new Error('The lease was not to be had.');
  return outcome.miss.cas;
}

/** Undefined when the node was late. */
async function readHit(client: NodeClient, name: string) {
  const outcome = await read(client, name);
  return outcome.kind === 'hit' ? outcome : undefined;
}

async function leaseOf(client: NodeClient, name: string): Promise<string> {
  const outcome = await read(client, name);
  return outcome.kind === 'miss' ? outcome.miss.lease : outcome.kind;
}

async function fill(client: NodeClient, name: string, payload: Buffer): Promise<void> {
  const cas = await lease(client, name);
  expect(await client.fill(name, { cas, header: headerOf(payload), payload })).toBe(true);
}

async function read(client: NodeClient, name: string): Promise<Outcome> {
  return await new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let header: EntryHeader;
    client.read(name, {
      hit: (found) => (header = found),
      payload: (bytes) => pieces.push(Buffer.from(bytes)),
      end: () => resolve({ kind: 'hit', header, payload: Buffer.concat(pieces) }),
      miss: (miss) => resolve({ kind: 'miss', miss }),
      broken: () => resolve({ kind: 'broken', received: Buffer.concat(pieces).length }),
    });
  });
}
