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
} from '../../../test/warm-nodes.ts';
import {
  countOf,
  type FillOptions,
  LOG,
  namesOwnedBy,
  openFilledNodes,
  ringOf,
  taskFor,
  warmer,
} from '../../../test/warm-pool.ts';
import { PoolWarmer } from './pool-warmer.ts';
import { Ring } from '../routing/ring.ts';
import type { WarmingTask, WarmProgress } from './warming.ts';

const COUNT = 3_000;

describe('warming', () => {
  let nodes: WarmNodes;

  afterEach(async () => {
    await nodes.close();
  });

  async function fill(options: FillOptions, sizeOf?: (i: number) => number): Promise<string[]> {
    const filled = await openFilledNodes(options, sizeOf);
    ({ nodes } = filled);
    return filled.names;
  }

  function task(members: readonly string[], more: Partial<WarmingTask> = {}): WarmingTask {
    return taskFor(nodes, members, more);
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

  async function deleteEverywhere(name: string): Promise<void> {
    await Promise.all(nodes.all.map(({ client }) => client.ask(`md ${name}\r\n`)));
  }

  async function presenceOf(name: string): Promise<string[]> {
    const values = await Promise.all(nodes.all.map(({ client }) => peek(client, name)));
    return nodes.all.filter((_, i) => (values[i]?.length ?? 0) > 0).map(({ label }) => label);
  }
});
