import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Collecting } from '../../test/collecting.ts';
import { startLocalPool } from '../../test/local-pool.ts';
import { StepClock } from '../../test/step-clock.ts';
import { openDatabase } from '../database/open-database.ts';
import { queueResize } from '../pool/state/pool-changes.ts';
import type { Pool } from '../pool/pool.ts';
import { findProcesses } from '../pool/provisioners/process-table.ts';

const PATIENCE = { timeout: 30_000, interval: 10 };
const START = Date.UTC(2026, 10, 24, 12);

test('every read of real nodes is counted once, whatever becomes of nodes, pool and api', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-metrics-'));
  const database = await openDatabase({ file: join(folder, 'shoal.db') });
  const { pool, store, close } = await startLocalPool({ size: 2 });
  onTestFinished(async () => {
    await close();
    await database.close();
    await rm(folder, { recursive: true });
  });
  const clock = new StepClock(START);
  const options = { database, nodes: pool, clock, isWriter: () => pool.isLeader() };
  const isAsWanted = (labels: string) =>
    pool
      .nodes()
      .map(({ name, state }) => `${name} ${state}`)
      .join(', ') === labels;

  const first = await Collecting.start(options);
  await first.seconds(2);
  await read(pool, 50);
  await first.second();
  expect((await first.metrics.latest()).second).toMatchObject({
    gets: 50,
    misses: 50,
    missRate: 1,
    nodesReady: 2,
  });

  const victim = pool.nodes()[1]!;
  await kill(pool, victim.id);
  await vi.waitUntil(
    () => isAsWanted('node-0 READY, node-1 READY') && pool.nodes()[1]!.id !== victim.id,
    PATIENCE,
  );
  await read(pool, 60);
  await first.second();

  await store.update((state) => queueResize(state, { id: 'resize', toSize: 3, by: 'a person', at: 1 }));
  pool.kick();
  await vi.waitUntil(() => isAsWanted('node-0 READY, node-1 READY, node-2 READY'), PATIENCE);
  await read(pool, 70);
  await first.second();
  await first.metrics.stop();

  await read(pool, 80);
  const second = await Collecting.start(options);
  onTestFinished(() => second.metrics.stop());
  await second.restOfMinute();
  await second.seconds(2);
  const { minutes, nodes } = await second.metrics.read(1);
  expect(minutes).toMatchObject([{ gets: 260, misses: 260, hits: 0, nodesReady: 3, isComplete: true }]);
  expect(nodes.map(({ name }) => name)).toEqual(['node-0', 'node-1', 'node-1', 'node-2']);
  expect(minutes[0]!.capacityBytes).toBe(3 * 96 * 2 ** 20);
});

/** Asks for entries that are nowhere. */
async function read(pool: Pool, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    await pool.cache.probe(createHash('md5').update(`${index}`).digest('hex'), `nothing-${index}`);
  }
}

async function kill(pool: Pool, id: string): Promise<void> {
  const address = pool.state!.nodes.find((node) => node.id === id)!.address!;
  const path = address.slice('unix:'.length);
  process.kill((await findProcesses(dirname(path))).get(path)!, 'SIGKILL');
}
