import { createHash, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { NODE_PROGRAMS, TestPool, type TestNode } from '../../../test/test-pool.ts';
import { BodyBudget } from '../nodes/body-budget.ts';
import type { Lease, Miss } from '../nodes/entry-read.ts';

const PATIENCE = { timeout: 15_000, interval: 5 };
const PATIENT = { readPatienceMs: 2_000, readSilenceMs: 4_000 };
const KEY = createHash('md5').update('key').digest('hex');
const NAME = `${KEY}:version`;

describe.each(NODE_PROGRAMS)('PoolCache on $name', (program) => {
  let pool: TestPool;

  afterEach(() => pool.close());

  it('fills at the node that gave the lease, whoever the owner is by then', async () => {
    pool = await TestPool.open(2, { program, client: PATIENT });
    const [owner, standIn] = [pool.ownerOf(KEY), pool.standInOf(KEY)];
    const lease = await win();
    pool.route([standIn]);
    expect(await fill(lease, randomBytes(1_000))).toBe(true);
    expect(await pool.clientOf(owner).probe(NAME)).toBeDefined();
    expect(await pool.clientOf(standIn).probe(NAME)).toBeUndefined();

    const other = await win();
    pool.route(pool.nodes);
    await pool.cache.release(other, NAME);
    expect(await missAt(pool.clientOf(standIn))).toBe('won');
  });

  it('goes on at the stand-in when the owner is killed under reads, without any of them hearing of it', async () => {
    pool = await TestPool.open(3, { program, client: PATIENT });
    await fill(await win(), randomBytes(1_000));
    const [owner, standIn] = [pool.ownerOf(KEY), pool.standInOf(KEY)];
    await owner.freeze();
    const reads = Array.from({ length: 50 }, () => read());
    await new Promise((resolve) => setImmediate(resolve));
    await owner.kill();
    const outcomes = (await Promise.all(reads)) as Miss[];
    expect(outcomes.filter(({ lease }) => lease === 'won')).toHaveLength(1);
    expect(outcomes.filter(({ lease }) => lease === 'taken')).toHaveLength(49);
    const won = outcomes.find(({ lease }) => lease === 'won') as Lease;
    expect(await fill(won, randomBytes(10))).toBe(true);
    expect(await pool.clientOf(standIn).probe(NAME)).toBeDefined();
    expect(await read()).toBe('hit');
  });

  it('has reads wait for a frozen node for a moment only, and sends no more there', async () => {
    pool = await TestPool.open(3, { program, client: { readSilenceMs: 20_000 } });
    const owner = pool.ownerOf(KEY);
    await owner.freeze();
    const firstAt = performance.now();
    expect(await read()).not.toBe('hit');
    const firstMs = performance.now() - firstAt;
    expect(firstMs).toBeGreaterThan(100);
    expect(pool.clientOf(owner).takesReads).toBe(false);
    expect(pool.cache.nodeFor(KEY)).toBe(pool.clientOf(pool.standInOf(KEY)));
    owner.thaw();
    await vi.waitUntil(() => pool.cache.nodeFor(KEY) === pool.clientOf(owner), PATIENCE);
  });

  it('reads from the latest of the previous owners that has an entry, and takes no lease there', async () => {
    pool = await TestPool.open(3, { program, client: PATIENT });
    const [now, before, longBefore] = pool.nodes as [TestNode, TestNode, TestNode];
    const budget = new BodyBudget(2 ** 20);
    const payload = randomBytes(100_000);
    pool.route([longBefore]);
    await fill(await win(), payload);
    pool.route([now], [[before], [longBefore]]);
    const entry = await pool.cache.readPrevious(KEY, NAME, budget);
    expect(entry?.bytes.equals(payload)).toBe(true);
    expect(entry?.header).toEqual(headerOf(payload));
    expect(budget.usedBytes).toBe(100_000);
    expect(await missAt(pool.clientOf(before))).toBe('won');

    expect(await pool.cache.readPrevious(KEY, `${KEY}:none`, budget)).toBeUndefined();
    expect(await pool.cache.readPrevious(KEY, NAME, new BodyBudget(1_000))).toBeUndefined();
    pool.route([longBefore], [[longBefore]]);
    expect(await pool.cache.readPrevious(KEY, NAME, budget)).toBeUndefined();
  });

  it('tells where an entry is: at the owner, its stand-in and the previous owners', async () => {
    pool = await TestPool.open(3, { program, client: PATIENT });
    const [now, before, longBefore] = pool.nodes as [TestNode, TestNode, TestNode];
    pool.route([before]);
    await fill(await win(), randomBytes(100));
    pool.route([now], [[before], [longBefore], [before]]);
    const [there, notThere] = [[NAME], []];
    expect(await pool.cache.place(KEY, [NAME, 'other'])).toEqual({
      owner: { node: now.label, held: notThere },
      standIn: undefined,
      previous: [
        { node: before.label, held: there },
        { node: longBefore.label, held: notThere },
      ],
    });
    pool.route([now, before]);
    const owner = pool.ownerOf(KEY);
    await owner.kill();
    await vi.waitUntil(() => !pool.clientOf(owner).isUp, PATIENCE);
    expect(await pool.cache.place(KEY, [NAME])).toMatchObject({
      owner: { node: owner.label, held: undefined },
      standIn: { node: (owner === now ? before : now).label },
    });
  });

  it('does not wait for previous owners that are down or frozen', async () => {
    pool = await TestPool.open(3, { program, client: { readSilenceMs: 20_000 } });
    const [now, killed, frozen] = pool.nodes as [TestNode, TestNode, TestNode];
    pool.route([now], [[killed], [frozen]]);
    await frozen.freeze();
    await killed.kill();
    await vi.waitUntil(() => !pool.clientOf(killed).isUp, PATIENCE);
    expect(await pool.cache.readPrevious(KEY, NAME, new BodyBudget(2 ** 20))).toBeUndefined();
    expect(pool.clientOf(frozen).takesReads).toBe(false);
  });

  it('deletes on every node, and has one that is down told before it is read', async () => {
    pool = await TestPool.open(3, { program, client: { readPatienceMs: 2_000, readSilenceMs: 1_000 } });
    for (const node of pool.nodes) {
      pool.route([node]);
      await fill(await win(), randomBytes(10));
    }
    const [frozen, ...others] = pool.nodes;
    await frozen!.freeze();
    await pool.cache.delete([NAME]);
    for (const node of others) expect(await pool.clientOf(node).probe(NAME)).toBeUndefined();
    frozen!.thaw();
    await vi.waitUntil(() => pool.clientOf(frozen!).isUp, PATIENCE);
    expect(await pool.clientOf(frozen!).probe(NAME)).toBeUndefined();
  });

  it('says so when no node answers', async () => {
    pool = await TestPool.open(2, { program });
    await Promise.all(pool.nodes.map((node) => node.kill()));
    expect(await read()).toMatchObject({ lease: 'refused' });
    await vi.waitUntil(() => pool.cache.nodeFor(KEY) === undefined, PATIENCE);
    expect(await read()).toMatchObject({ lease: 'refused' });
    expect(await pool.cache.probe(KEY, NAME)).toBeUndefined();
    await pool.cache.delete([NAME]);
  });

  async function read(): Promise<'hit' | Miss> {
    return await new Promise((resolve, reject) =>
      pool.cache.read(KEY, NAME, {
        hit: () => resolve('hit'),
        payload: () => {},
        end: () => {},
        miss: resolve,
        broken: reject,
      }),
    );
  }

  async function win(): Promise<Lease> {
    const outcome = await read();
    if (outcome === 'hit' || outcome.lease !== 'won') throw new Error('The lease was not to be had.');
    return outcome;
  }

  async function fill(lease: Lease, payload: Buffer): Promise<boolean> {
    return await pool.cache.fill(lease, NAME, { header: headerOf(payload), payload });
  }

  async function missAt(client: ReturnType<TestPool['clientOf']>): Promise<string> {
    return await new Promise((resolve) =>
      client.read(NAME, {
        hit: () => resolve('hit'),
        payload: () => {},
        end: () => {},
        miss: ({ lease }) => resolve(lease),
        broken: () => resolve('broken'),
      }),
    );
  }
});

function headerOf(payload: Buffer) {
  return { contentType: 'image/webp', sha256: createHash('sha256').update(payload).digest('hex') };
}
