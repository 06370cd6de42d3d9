import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Stalls } from '../api/test/stalls.ts';
import { query, uploaded } from './client.ts';

import { Traffic } from './healing/traffic.ts';
import { makePicture } from './pictures.ts';
import { startSystem, type System } from './system.ts';

const POOL =
  '{ pool { epoch desiredSize nodes { id name state reason } history(first: 50) { at node text } } }';

interface PoolSeen {
  epoch: number;
  desiredSize: number;
  history: { at: string; node: string | null; text: string }[];
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
      const victim = (await pool()).nodes[1]!;
      const stalls = new Stalls();
      traffic.mark();
      const at = Date.now();
      process.kill(processOf(victim.id), signal);

      await expect.poll(async () => isGone(await pool(), victim.id), SLOW).toBe(true);
      await expect.poll(async () => readyNames(await pool()), SLOW).toEqual(['node-0', 'node-1', 'node-2']);
      traffic.mark();
      const { history } = await pool();
      const since = (text: string) => msUntil(history, { node: victim.name, text, at });
      // What a busy machine keeps every process waiting says nothing of the node.
      expect(since('is suspect')).toBeLessThan(3_000 + stalls.totalMs);
      expect(since('left the ring')).toBeLessThan(10_000 + stalls.totalMs);
      stalls.stop();
      await waitForReads(traffic, traffic.readCount + 500);

      const report = await traffic.stop();
      expect(report.faults).toEqual([]);
      expect([...report.errors]).toEqual([]);
      const [before, during, after] = report.p99s as [number, number, number];
      expect(during).toBeLessThan(Math.max(250, 3 * Math.max(before, after)));

      expect(report.writes).toBeGreaterThan(50);
    },
  );

  it('costs no reader anything either when all others fail with it', async () => {
    const traffic = new Traffic({ url: () => system.url });
    await traffic.start();
    await waitForReads(traffic, 200);
    const lost = (await pool()).nodes.map(({ id }) => id);
    lost.forEach((id, index) => process.kill(processOf(id), index === 0 ? 'SIGSTOP' : 'SIGKILL'));
    const areReplaced = ({ nodes }: PoolSeen) =>
      nodes.filter(({ id, state }) => state === 'READY' && !lost.includes(id)).length === lost.length;
    await expect.poll(async () => areReplaced(await pool()), SLOW).toBe(true);
    await waitForReads(traffic, traffic.readCount + 200);
    const report = await traffic.stop();
    expect(report.faults).toEqual([]);
    expect([...report.errors]).toEqual([]);
  });

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

describe('an object store that is away', () => {
  it('keeps nobody from what is cached; the rest is unavailable until it is back', async () => {
    const picture = await makePicture({ name: 'kept.jpg', width: 64, height: 64 });
    const cached = await uploaded(system.url, 'cached', picture.bytes);
    const cold = await uploaded(system.url, 'cold', picture.bytes);
    const get = async (path: string) => {
      const response = await fetch(system.url + path);
      const bytes = Buffer.from(await response.arrayBuffer());
      const { headers, status } = response;
      return { status, isWhole: bytes.equals(picture.bytes), headers };
    };
    await expect.poll(async () => (await get(cached.url)).headers.get('x-cache'), SLOW).toBe('HIT');
    const objects = join(folder, 'objects');
    renameSync(objects, `${objects}.away`);
    for (const path of [cached.url, '/images/cached']) {
      expect(await get(path)).toMatchObject({ status: 200, isWhole: true });
    }
    for (const path of [cold.url, '/images/cold', `${cold.url}&w=320`]) {
      const { status, headers } = await get(path);
      expect([status, headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
    }
    expect((await get('/images/never')).status).toBe(404);
    renameSync(`${objects}.away`, objects);
    await expect.poll(async () => await get(cold.url), SLOW).toMatchObject({ status: 200, isWhole: true });
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

/** How long after a moment the pool's history tells of something. */
function msUntil(
  history: PoolSeen['history'],
  { node, text, at }: { node: string; text: string; at: number },
): number {
  const found = history.findLast(
    (event) => event.node === node && event.text.includes(text) && Date.parse(event.at) >= at,
  );
  if (found === undefined) throw new Error(`The history of ${node} does not say "${text}".`);
  return Date.parse(found.at) - at;
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
