import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startLocalPool, type LocalPool, type LocalPoolOptions } from '../../test/local-pool.ts';
import type { NodeRecord } from './state/pool-state.ts';
import { findProcesses } from './provisioners/process-table.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };

describe('a pool of local nodes', () => {
  const pools: LocalPool[] = [];

  afterEach(async () => {
    for (const pool of pools.splice(0)) await pool.close();
  });

  it('starts when all nodes answer and stops with all of them ended and no socket left', async () => {
    const { pool, provisioner, folder } = await start({ size: 3 });
    expect(living(pool.state!.nodes).map(({ label, state }) => [label, state])).toEqual([
      ['node-0', 'READY'],
      ['node-1', 'READY'],
      ['node-2', 'READY'],
    ]);
    expect(pool.state!.members).toEqual(['node-0', 'node-1', 'node-2']);
    const reports = await pool.reports();
    for (const { id } of pool.state!.nodes) {
      const { evictionPolicy, counters } = reports.get(id)!;
      expect(evictionPolicy).toBe('lru');
      expect(counters).toMatchObject({ items: 0, capacityBytes: 96 * 2 ** 20, hits: 0, misses: 0 });
    }
    await pool.close();
    expect(await provisioner.list()).toEqual([]);
    expect((await readdir(folder)).filter((name) => name.endsWith('.sock'))).toEqual([]);
  });

  it('replaces a node that was killed, in its place on the ring', async () => {
    const { pool } = await start({ size: 2 });
    const { epoch } = pool.state!;
    const victim = pool.state!.nodes[1]!;
    process.kill(await processOf(pool, victim.id), 'SIGKILL');
    await vi.waitUntil(() => nodeOf(pool, victim.id)?.state === 'SUSPECT', PATIENCE);
    await vi.waitUntil(() => nodeOf(pool, victim.id)?.state === 'GONE', PATIENCE);
    await vi.waitUntil(() => pool.state!.members.length === 2, PATIENCE);
    expect(living(pool.state!.nodes).map(({ label }) => label)).toEqual(['node-0', 'node-1']);
    expect(pool.state!.epoch).toBe(epoch + 2);
    const [first] = (await pools[0]!.store.events(100)).filter(({ text }) => text.includes('SIGKILL'));
    expect(first).toMatchObject({ node: 'node-1' });
  });

  it('ends nodes that do not listen to being asked', async () => {
    const { pool, provisioner } = await start({ size: 1 });
    process.kill(await processOf(pool, pool.state!.nodes[0]!.id), 'SIGSTOP');
    await pool.close();
    expect(await provisioner.list()).toEqual([]);
  });

  it('changes capacity and policy of nodes that run', async () => {
    const { pool, store } = await start({ size: 1 });
    await store.update((state) => ({
      state: {
        ...state,
        config: {
          ...state.config,
          capacityMiB: 48,
          evictionPolicy: 'sieve',
          version: state.config.version + 1,
        },
      },
    }));
    pool.kick();
    const isSet = async () => {
      const reports = [...(await pool.reports()).values()];
      return reports.every(
        ({ counters, evictionPolicy }) =>
          counters.capacityBytes === 48 * 2 ** 20 && evictionPolicy === 'sieve',
      );
    };
    await expect.poll(isSet, PATIENCE).toBe(true);
  });

  it.each([
    ['can not be launched', '/nonexistent/program', /ENOENT/],
    ['ends at once', process.execPath, /bad option: -s/],
  ])('is not started when a node %s, and says why', async (_, program, reason) => {
    await expect(start({ command: [program] })).rejects.toThrow(reason);
  });

  it('is not started when the folder can not be made', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-nodes-'));
    await writeFile(join(folder, 'file'), '');
    await expect(start({ folder: join(folder, 'file', 'nodes') })).rejects.toThrow(/ENOTDIR/);
    await rm(folder, { recursive: true });
  });

  async function start(options: LocalPoolOptions): Promise<LocalPool> {
    const started = await startLocalPool(options);
    pools.push(started);
    return started;
  }
});

type Pool = LocalPool['pool'];

function living(nodes: readonly NodeRecord[]): NodeRecord[] {
  return nodes.filter(({ state }) => state !== 'GONE');
}

function nodeOf({ state }: Pool, id: string): NodeRecord | undefined {
  return state!.nodes.find((node) => node.id === id);
}

async function processOf(pool: Pool, id: string): Promise<number> {
  const path = nodeOf(pool, id)!.address!.slice('unix:'.length);
  return (await findProcesses(dirname(path))).get(path)!;
}
