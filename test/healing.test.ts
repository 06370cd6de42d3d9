import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { query } from './client.ts';
import { Traffic } from './healing/traffic.ts';
import { startSystem, type System } from './system.ts';

const POOL = '{ pool { epoch desiredSize nodes { id name state reason } } }';

interface PoolSeen {
  epoch: number;
  desiredSize: number;
  nodes: { id: string; name: string; state: string; reason: string }[];
}

let folder: string;
let system: System;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-healing-'));
  system = await startSystem({ dataDir: folder, environment: { POOL_SIZE: '3', NODE_ORPHAN_S: '10' } });
});
afterEach(async () => {
  await system.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a node that fails under traffic', () => {
  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'costs no reader anything on %s: it is suspected, ejected and replaced',
    async (signal) => {
      const traffic = new Traffic({ url: () => system.url });
      await traffic.start();
      await waitForReads(traffic, 300);
      const before = await pool();
      const victim = before.nodes[1]!;
      process.kill(processOf(victim.id), signal);
      const at = performance.now();
      traffic.mark();

      await expect.poll(async () => stateOf(await pool(), victim.id), FAST).not.toBe('READY');
      expect(performance.now() - at).toBeLessThan(3000);
      await expect
        .poll(async () => (await pool()).epoch, { timeout: 15_000, interval: 50 })
        .toBeGreaterThan(before.epoch);
      expect(performance.now() - at).toBeLessThan(10_000);
      await expect.poll(async () => readyNames(await pool()), SLOW).toEqual(['node-0', 'node-1', 'node-2']);
      expect(isGone(await pool(), victim.id)).toBe(true);
      await waitForReads(traffic, traffic.readCount + 500);

      const report = await traffic.stop();
      expect(report.faults).toEqual([]);
      expect([...report.errors]).toEqual([]);
      // What a busy machine adds to every read says nothing of the node.
      expect(report.p99).toBeLessThan(Math.max(250, 3 * report.p99Before));
      expect(report.writes).toBeGreaterThan(50);
    },
  );

  it('is frozen for a moment and gives nothing that was deleted meanwhile', async () => {
    const traffic = new Traffic({ url: () => system.url });
    await traffic.start();
    for (let round = 0; round < 3; round++) {
      const victim = (await pool()).nodes.find(({ state }) => state === 'READY')!;
      const processId = processOf(victim.id);
      process.kill(processId, 'SIGSTOP');
      await waitForReads(traffic, traffic.readCount + 400);
      process.kill(processId, 'SIGCONT');
      await waitForReads(traffic, traffic.readCount + 400);
    }
    const report = await traffic.stop();
    expect(report.faults).toEqual([]);
    expect([...report.errors]).toEqual([]);
  });
});

describe('a pool that is resized under traffic', () => {
  it('gives every reader the right bytes at every size', async () => {
    const traffic = new Traffic({ url: () => system.url });
    await traffic.start();
    for (const size of [5, 2, 4]) {
      await query(system.url, `mutation { resizePool(size: ${size}) { desiredSize } }`);
      await expect.poll(async () => readyNames(await pool()).length, SLOW).toBe(size);
    }
    await waitForReads(traffic, traffic.readCount + 300);
    const report = await traffic.stop();
    expect(report.faults).toEqual([]);
    expect([...report.errors]).toEqual([]);
  });
});

describe('an api that is killed under traffic', () => {
  it('adopts its nodes with their entries, and has lost nothing', async () => {
    let url: string | undefined = system.url;
    const traffic = new Traffic({ url: () => url });
    await traffic.start();
    await waitForReads(traffic, 300);
    const before = (await pool()).nodes.map(({ id }) => [id, processOf(id)] as const);
    // Another process may be given its port.
    url = undefined;
    system.api.kill('SIGKILL');
    await once(system.api, 'close');
    system = await startSystem({ dataDir: folder, environment: { POOL_SIZE: '3', NODE_ORPHAN_S: '10' } });
    url = system.url;
    await expect.poll(async () => readyNames(await pool()).length, SLOW).toBe(3);
    expect((await pool()).nodes.map(({ id }) => [id, processOf(id)])).toEqual(before);
    await waitForReads(traffic, traffic.readCount + 300);
    const report = await traffic.stop();
    expect(report.faults).toEqual([]);
  });
});

const FAST = { timeout: 5000, interval: 20 };
const SLOW = { timeout: 30_000, interval: 100 };

async function pool(): Promise<PoolSeen> {
  const { data, errors } = await query<{ pool: PoolSeen }>(system.url, POOL);
  if (!data) throw new Error(JSON.stringify(errors));
  return data.pool;
}

function stateOf({ nodes }: PoolSeen, id: string): string | undefined {
  return nodes.find((node) => node.id === id)?.state;
}

function isGone(seen: PoolSeen, id: string): boolean {
  const state = stateOf(seen, id);
  return state === undefined || state === 'GONE';
}

function readyNames({ nodes }: PoolSeen): string[] {
  return nodes.filter(({ state }) => state === 'READY').map(({ name }) => name);
}

async function waitForReads(traffic: Traffic, count: number): Promise<void> {
  await expect.poll(() => traffic.readCount, { timeout: 30_000, interval: 20 }).toBeGreaterThan(count);
}

/** The process whose command line names the node. */
function processOf(id: string): number {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const words = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0');
      if (words.includes('-s') && words.some((word) => word.includes(id))) return Number(entry);
    } catch {
      // It has ended meanwhile.
    }
  }
  throw new Error(`No process serves the node ${id}.`);
}
