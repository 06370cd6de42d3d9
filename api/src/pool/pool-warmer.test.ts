import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import {
  bytesOf,
  MEMCACHED,
  nameOf,
  OUR_NODE,
  peek,
  put,
  type RunningWarmNode,
  WarmNodes,
} from '../../test/warm-nodes.ts';
import { PoolWarmer } from './pool-warmer.ts';
import { Ring } from './ring.ts';
import type { WarmingTask, WarmProgress } from './warming.ts';

const COUNT = 3_000;

describe('warming', () => {
  let nodes: WarmNodes;

  afterEach(async () => {
    await nodes.close();
  });

  /** Nodes whose entries lie at their owners by the ring of the first so many. */
  async function fill(
    { size, members = size, count = COUNT, command = OUR_NODE, capacityMiB = 96 }: FillOptions,
    sizeOf = (i: number): number => 100 + ((i * 7_919) % 9_000),
  ): Promise<string[]> {
    nodes = await WarmNodes.open();
    await nodes.grow(size, { command, capacityMiB });
    const ring = ringOf(members);
    const names = Array.from({ length: count }, (_, i) => nameOf(i));
    const putOne = (name: string, i: number) =>
      put(nodes.ownerOf(ring, name).client, name, bytesOf(name, sizeOf(i)), 1 + (i % 4));
    await Promise.all(names.map(putOne));
    return names;
  }

  function task(members: readonly string[], more: Partial<WarmingTask> = {}): WarmingTask {
    return {
      members,
      nodes: nodes.nodes,
      limitMiBps: () => Infinity,
      onProgress: () => {},
      signal: new AbortController().signal,
      ...more,
    };
  }

  async function expectAtOwners(ring: Ring, names: readonly string[]): Promise<void> {
    const expectOne = async (name: string, i: number): Promise<void> => {
      const { client } = nodes.ownerOf(ring, name);
      const value = await client.askForValue(`mg ${name} v f u\r\n`);
      expect(value?.flags).toBe(`f${1 + (i % 4)}`);
      expect(value!.bytes.equals(bytesOf(name, value!.bytes.length))).toBe(true);
    };
    await Promise.all(names.map(expectOne));
  }

  describe.each([
    { name: 'our cache nodes', command: OUR_NODE },
    { name: 'memcached', command: MEMCACHED },
  ])('between $name', ({ command }) => {
    test('brings all entries to their owners when the pool grows, and trims where they were', async () => {
      const names = await fill({ size: 3, members: 2, command });
      const ring = ringOf(3);
      const moved = names.filter((name) => ring.owner(name.slice(0, 32)) === 'node-2');
      const seen: WarmProgress[] = [];
      const result = await warmer().warm(task(ring.members, { onProgress: (one) => seen.push(one) }));
      await expectAtOwners(ring, names);
      expect(result.entriesCopied).toBe(moved.length);
      expect(result).toMatchObject({ entriesTotal: moved.length, bytesTotal: result.bytesCopied });
      expect(seen[0]).toMatchObject({ entriesTotal: moved.length, entriesCopied: 0, bytesCopied: 0 });
      expect(seen.at(-1)).toEqual(result);

      expect(await countOf(nodes.all[0]!, names)).toBeGreaterThan(COUNT / 3);
      await warmer().trim(task(ring.members));
      await expectAtOwners(ring, names);
      let held = 0;
      for (const node of nodes.all) held += await countOf(node, names);
      expect(held).toBe(COUNT);
      expect((await warmer().warm(task(ring.members))).entriesCopied).toBe(0);
    });

    test('brings all entries of a node that leaves to those that stay', async () => {
      const names = await fill({ size: 3, command });
      const left = await countOf(nodes.all[2]!, names);
      const result = await warmer().warm(task(['node-0', 'node-1']));
      await expectAtOwners(ringOf(2), names);
      expect(result.entriesCopied).toBe(left);
    });

    test('copies entries of thirty megabytes', async () => {
      const names = await fill({ size: 2, members: 1, count: 4, command, capacityMiB: 256 }, () => 30e6);
      await warmer().warm(task(['node-1'], { nodes: nodes.nodes }));
      await expectAtOwners(new Ring(['node-1']), names);
    });
  });

  test('leaves the counters of hits and misses, and what was used when, as they were', async () => {
    await fill({ size: 2, members: 1, count: 500 });
    await warmer().warm(task(['node-1']));
    for (const { client } of nodes.all) {
      const lines = await client.askForLines('stats\r\n', (line) => line === 'END');
      for (const name of ['cmd_get', 'get_hits', 'get_misses']) expect(lines).toContain(`STAT ${name} 0`);
    }
  });

  test('lets no old entry displace a younger one', async () => {
    nodes = await WarmNodes.open();
    await nodes.grow(2, { capacityMiB: 16, args: ['-o', 'test_commands'] });
    const [stays, leaves] = nodes.all as [RunningWarmNode, RunningWarmNode];
    const size = 10_000;
    const put500 = async ({ client }: RunningWarmNode, from: number): Promise<void> => {
      const names = Array.from({ length: 500 }, (_, i) => nameOf(from + i));
      await Promise.all(names.map((name) => put(client, name, bytesOf(name, size))));
    };
    // From old to young: 500 that leave, 500 that stay, 500 that leave, 500 that stay. There is room for 1,600.
    await put500(leaves, 0);
    for (const { client } of nodes.all) await client.ask('debugtime 100\r\n');
    await put500(stays, 500);
    for (const { client } of nodes.all) await client.ask('debugtime 100\r\n');
    await put500(leaves, 1_000);
    for (const { client } of nodes.all) await client.ask('debugtime 100\r\n');
    await put500(stays, 1_500);
    const result = await warmer().warm(task(['node-0']));
    const held = async (from: number) =>
      await countOf(
        stays,
        Array.from({ length: 500 }, (_, i) => nameOf(from + i)),
      );
    expect([await held(500), await held(1_000), await held(1_500)]).toEqual([500, 500, 500]);
    const oldest = await held(0);
    expect(oldest).toBeGreaterThan(30);
    expect(oldest).toBeLessThan(150);
    expect(result.entriesCopied).toBe(500 + oldest);
  });

  test('does not bring back what is deleted meanwhile', async () => {
    const names = await fill({ size: 3, members: 2, count: 6_000 }, () => 2_000);
    const ring = ringOf(3);
    const moving = names.filter((name) => ring.owner(name.slice(0, 32)) === 'node-2');
    let isCopying = true;
    const warming = warmer()
      .warm(task(ring.members, { limitMiBps: () => 10 }))
      .finally(() => (isCopying = false));
    const deleted: string[] = [];
    const deleteSome = async (first: number): Promise<void> => {
      for (let i = first; i < moving.length && isCopying; i += 20) {
        const name = moving[i]!;
        await deleteEverywhere(name);
        await deleteEverywhere(name);
        deleted.push(name);
        expect(await presenceOf(name)).toEqual([]);
      }
    };
    // In the order of copying, so that they meet: what was put last is copied first.
    moving.reverse();
    await Promise.all(Array.from({ length: 20 }, (_, i) => deleteSome(i)));
    const { entriesCopied } = await warming;
    for (const name of deleted) expect(await presenceOf(name)).toEqual([]);
    expect(deleted.length).toBeGreaterThan(50);
    expect(entriesCopied).toBeGreaterThan(0);
  });

  test('reads nothing from a node that may not have heard of all deletions', async () => {
    const names = await fill({ size: 3, count: 900 });
    const warmer = new PoolWarmer({ mayBeRead: (label) => label !== 'node-1', log: LOG });
    await warmer.warm(task(['node-0']));
    const ring = ringOf(3);
    for (const name of names) {
      const isThere = (await peek(nodes.all[0]!.client, name)) !== undefined;
      expect(isThere).toBe(ring.owner(name.slice(0, 32)) !== 'node-1');
    }
    // And no lease is left that readers would have to wait for.
    const [left] = namesOwnedBy(ring, names, 'node-1');
    const reply = await nodes.all[0]!.client.ask(`mg ${left} u c N1\r\n`);
    expect(reply).toMatch(/ W$/);
  });

  test('stops at once when it is aborted, and gives its leases back', async () => {
    const names = await fill({ size: 2, members: 1 });
    const abort = new AbortController();
    const warming = warmer().warm(
      task(['node-1'], {
        signal: abort.signal,
        limitMiBps: () => 20,
        onProgress: ({ entriesCopied }) => {
          if (entriesCopied > 0) abort.abort(new Error('another epoch'));
        },
      }),
    );
    await expect(warming).rejects.toThrow('another epoch');
    const copied = await countOf(nodes.all[1]!, names);
    expect(copied).toBeGreaterThan(0);
    expect(copied).toBeLessThan(COUNT);
    const leases = await Promise.all(names.map((name) => hasLease(nodes.all[1]!, name)));
    expect(leases).not.toContain(true);
  });

  test('copies nothing while the limit is 0, goes on when it is not, and can be aborted meanwhile', async () => {
    const names = await fill({ size: 2, members: 1, count: 300 });
    const clock = new SteppedClock();
    let limit = 0;
    const warm = (signal?: AbortSignal) =>
      new PoolWarmer({ mayBeRead: () => true, log: LOG, clock }).warm(
        task(['node-1'], { limitMiBps: () => limit, ...(signal === undefined ? {} : { signal }) }),
      );
    const abort = new AbortController();
    const aborted = warm(abort.signal);
    await clock.whenAt(10_000);
    expect(await countOf(nodes.all[1]!, names)).toBe(0);
    abort.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');

    const warming = warm();
    await clock.whenAt(20_000);
    expect(await countOf(nodes.all[1]!, names)).toBe(0);
    limit = 1;
    const startedAt = clock.now();
    const { bytesCopied } = await warming;
    expect(await countOf(nodes.all[1]!, names)).toBe(300);
    // The last entry's debt is not waited for, and a tenth of a second may have been saved.
    const seconds = (clock.now() - startedAt) / 1000;
    expect(seconds).toBeGreaterThan(bytesCopied / 2 ** 20 - 0.2);
    expect(seconds).toBeLessThan(bytesCopied / 2 ** 20 + 0.5);
  });

  describe.each(['SIGKILL', 'SIGSTOP'] as const)('when a node gets %s in the middle', (signal) => {
    test.each([
      { role: 'source', slot: 0 },
      { role: 'target', slot: 3 },
    ])('leaves it out if it is a $role, and copies the rest', async ({ slot }) => {
      const names = await fill({ size: 4, members: 2, count: 6_000 });
      const members = ['node-2', 'node-3'];
      const [before, after] = [ringOf(2), new Ring(members)];
      let hasFailed = false;
      const startedAt = performance.now();
      const result = await warmer({ silenceMs: 500 }).warm(
        task(members, {
          limitMiBps: () => 30,
          onProgress({ entriesCopied }) {
            if (entriesCopied === 0 || hasFailed) return;
            hasFailed = true;
            nodes.all[slot]!.process.kill(signal);
          },
        }),
      );
      expect(hasFailed).toBe(true);
      expect(performance.now() - startedAt).toBeLessThan(10_000);
      expect(result.entriesCopied).toBeLessThan(6_000);
      expect(result.entriesTotal).toBe(result.entriesCopied);
      const failed = `node-${slot}`;
      const isSpared = (name: string): boolean =>
        before.owner(name.slice(0, 32)) !== failed && after.owner(name.slice(0, 32)) !== failed;
      const spared = names.filter(isSpared);
      expect(spared.length).toBeGreaterThan(1_000);
      for (const name of spared) expect(await peek(nodes.ownerOf(after, name).client, name)).toBeDefined();
    });
  });

  test('goes without a node that can not be connected to', async () => {
    const names = await fill({ size: 2, members: 1, count: 100 });
    const gone = { label: 'node-7', address: 'unix:/nonexistent/socket' };
    const messages: object[] = [];
    const log = { warn: (fields: object) => messages.push(fields) };
    const result = await new PoolWarmer({ mayBeRead: () => true, log }).warm(
      task(['node-1', 'node-7'], { nodes: [...nodes.nodes, gone] }),
    );
    const ring = new Ring(['node-1', 'node-7']);
    expect(result.entriesCopied).toBe(namesOwnedBy(ring, names, 'node-1').length);
    expect(messages).toEqual([{ node: 'node-7', reason: expect.stringContaining('ENOENT') as string }]);
  });

  async function deleteEverywhere(name: string): Promise<void> {
    await Promise.all(nodes.all.map(({ client }) => client.ask(`md ${name}\r\n`)));
  }

  async function presenceOf(name: string): Promise<string[]> {
    const values = await Promise.all(nodes.all.map(({ client }) => peek(client, name)));
    return nodes.all.filter((_, i) => (values[i]?.length ?? 0) > 0).map(({ label }) => label);
  }
});

interface FillOptions {
  readonly size: number;
  readonly members?: number;
  readonly count?: number;
  readonly command?: readonly [string, ...string[]];
  readonly capacityMiB?: number;
}

const LOG = { warn: (): void => {} };

function warmer({ silenceMs = 20_000 } = {}): PoolWarmer {
  return new PoolWarmer({ mayBeRead: () => true, log: LOG, silenceMs });
}

function ringOf(size: number): Ring {
  return new Ring(Array.from({ length: size }, (_, slot) => `node-${slot}`));
}

function namesOwnedBy(ring: Ring, names: readonly string[], label: string): string[] {
  return names.filter((name) => ring.owner(name.slice(0, 32)) === label);
}

/** How many of the entries the node holds. */
async function countOf({ client }: RunningWarmNode, names: readonly string[]): Promise<number> {
  const replies = await Promise.all(names.map((name) => client.ask(`mg ${name} u s\r\n`)));
  return replies.filter((reply) => reply.startsWith('HD') && reply !== 'HD s0').length;
}

async function hasLease({ client }: RunningWarmNode, name: string): Promise<boolean> {
  const reply = await client.ask(`mg ${name} u s\r\n`);
  return reply.startsWith('HD') && / Z/.test(reply);
}

/** Time passes only while somebody sleeps, and each sleep gives way to all else. */
class SteppedClock {
  #now = 0;
  #waiting: { readonly at: number; readonly resolve: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  async whenAt(at: number): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.push({ at, resolve }));
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.#now += ms;
    for (const { at, resolve } of this.#waiting) if (at <= this.#now) resolve();
    this.#waiting = this.#waiting.filter(({ at }) => at > this.#now);
    await setTimeout(1, undefined, { signal });
  }
}
