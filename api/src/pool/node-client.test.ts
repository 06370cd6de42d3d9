import { createHash, randomBytes } from 'node:crypto';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nodePrograms, openNodes, type NodesFixture } from '../../test/nodes.ts';
import { BodyBudget } from './body-budget.ts';
import type { EntryHeader } from './entry.ts';
import type { Miss } from './entry-read.ts';
import type { NodeAddress } from './node-address.ts';
import { NodeClient } from './node-client.ts';
import type { NodeCounters } from './node-commands.ts';
import type { LocalNode } from './slot-provisioner.ts';
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

describe.each(nodePrograms)('NodeClient with $name', ({ command }) => {
  let nodes: NodesFixture;
  let node: LocalNode;
  let client: NodeClient;

  beforeEach(async () => {
    nodes = await openNodes({ command });
    node = await nodes.provisioner.launch(0);
    client = clientOf(node.address);
    await vi.waitUntil(() => client.isUp, PATIENCE);
  });

  afterEach(async () => {
    client.close();
    await nodes.close();
  });

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

  it('refuses reads at once after the node was killed, and serves again after another took its place', async () => {
    process.kill(node.processId!, 'SIGKILL');
    await node.ended;
    await vi.waitUntil(() => !client.isUp, PATIENCE);
    expect(await read(client, 'name')).toMatchObject({ kind: 'miss', miss: { lease: 'refused' } });
    await nodes.provisioner.launch(0);
    await vi.waitUntil(() => client.isUp, PATIENCE);
    await fill(client, 'name', randomBytes(10));
  });

  it('gives up a frozen node, tells it what it has missed, and only then reads it again', async () => {
    await fill(client, 'deleted', randomBytes(10));
    await fill(client, 'kept', randomBytes(10));
    process.kill(node.processId!, 'SIGSTOP');
    expect(await read(client, 'kept')).toMatchObject({ kind: 'miss', miss: { lease: 'refused' } });
    expect(client.takesReads).toBe(false);
    await vi.waitUntil(() => !client.isUp, PATIENCE);
    expect(await read(client, 'kept')).toMatchObject({ kind: 'miss', miss: { lease: 'refused' } });
    await client.delete(['deleted']);
    process.kill(node.processId!, 'SIGCONT');
    await vi.waitUntil(() => client.isUp, PATIENCE);
    expect((await read(client, 'deleted')).kind).toBe('miss');
    expect((await read(client, 'kept')).kind).toBe('hit');
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
