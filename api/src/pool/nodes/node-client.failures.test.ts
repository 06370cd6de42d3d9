import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fillEntry, leaseOf, readEntry, readHit } from '../../../test/entry-requests.ts';
import { Stalls } from '../../../test/stalls.ts';
import { NODE_PROGRAMS, TestPool, type ClientOptions, type TestNode } from '../../../test/test-pool.ts';
import { BodyBudget } from './body-budget.ts';
import { NodeClient } from './node-client.ts';
import { SlabPool } from './slab.ts';

/** A machine busy with other tests must not look like a node that has died. */
const PATIENT = { readPatienceMs: 4_000, readSilenceMs: 4_000 };
const PATIENCE = { timeout: 15_000, interval: 10 };

describe.each(NODE_PROGRAMS)('NodeClient with $name that fails', (program) => {
  let pool: TestPool;
  let node: TestNode;
  let client: NodeClient;

  beforeEach(() => open(PATIENT));

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

  it('refuses reads at once after the node was killed, and serves again after another took its place', async () => {
    await node.kill();
    await vi.waitUntil(() => !client.isUp, PATIENCE);
    expect(await readEntry(client, 'name')).toMatchObject({ kind: 'miss', miss: { lease: 'refused' } });
    node.start();
    await vi.waitUntil(() => client.isUp, PATIENCE);
    await fillEntry(client, 'name', randomBytes(10));
  });

  it('gives up a frozen node, tells it what it has missed, and only then reads it again', async () => {
    await reopen({ readSilenceMs: 1_000 });
    await fillEntry(client, 'deleted', randomBytes(10));
    await fillEntry(client, 'kept', randomBytes(10));
    await node.freeze();
    expect(await readEntry(client, 'kept')).toMatchObject({ kind: 'miss', miss: { lease: 'refused' } });
    expect(client.takesReads).toBe(false);
    await vi.waitUntil(() => !client.isUp, PATIENCE);
    expect(await readEntry(client, 'kept')).toMatchObject({ kind: 'miss', miss: { lease: 'refused' } });
    await client.delete(['deleted']);
    node.thaw();
    await vi.waitUntil(() => client.isUp, PATIENCE);
    expect((await readEntry(client, 'deleted')).kind).toBe('miss');
    await vi.waitUntil(() => readHit(client, 'kept'), PATIENCE);
    expect((await readEntry(client, 'deleted')).kind).toBe('miss');
  });

  it('finds out within two seconds that a node which nobody reads is frozen, and acknowledges deletions then', async () => {
    await reopen({});
    await node.freeze();
    const stalls = new Stalls();
    const frozenAt = performance.now();
    await client.delete(['name']);
    expect(client.isUp).toBe(false);
    expect(performance.now() - frozenAt).toBeLessThan(2_500 + stalls.totalMs);
    stalls.stop();
    await client.flush();
  });

  it('leaves a late node alone, and takes what it answers late in its order', async () => {
    await reopen({ readSilenceMs: 20_000 });
    const payloads = Array.from({ length: 20 }, () => randomBytes(300_000));
    for (const [i, payload] of payloads.entries()) await fillEntry(client, `name-${i}`, payload);
    await node.freeze();
    const late = await Promise.all(payloads.map((_, i) => readEntry(client, `name-${i}`)));
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
    expect((await readEntry(client, 'late')).kind).toBe('miss');
    node.thaw();
    await vi.waitUntil(() => client.takesReads, PATIENCE);
    await vi.waitUntil(async () => (await leaseOf(client, 'late')) === 'won', PATIENCE);

    await reopen({ readSilenceMs: 300 });
    await node.freeze();
    expect((await readEntry(client, 'unheard')).kind).toBe('miss');
    await vi.waitUntil(() => !client.isUp, PATIENCE);
    node.thaw();
    await vi.waitUntil(() => client.isUp, PATIENCE);
    await vi.waitUntil(async () => (await leaseOf(client, 'unheard')) === 'won', PATIENCE);
  });

  it('does not take a pause of its own process for one of the node', async () => {
    await reopen({ readPatienceMs: 400, readSilenceMs: 1_000 });
    await fillEntry(client, 'name', randomBytes(100));
    const reads = Array.from({ length: 100 }, () => readEntry(client, 'name'));
    for (let pause = 0; pause < 3; pause++) {
      const until = performance.now() + 600;
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
  let client: NodeClient;

  afterEach(async () => {
    client.close();
    await new Promise((resolve) => server.close(resolve));
  });

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
    const slabs = new SlabPool(new BodyBudget(64 * 2 ** 20));
    const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
    client = new NodeClient({ address, slabs, random: () => 0.5 });
    await vi.waitUntil(() => client.isUp, PATIENCE);
    expect((await readEntry(client, 'name')).kind).toBe(kind);
  });
});
