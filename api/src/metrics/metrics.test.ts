import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Collecting } from '../../test/collecting.ts';
import { CountingNodes } from '../../test/counting-nodes.ts';
import { StepClock } from '../../test/step-clock.ts';
import type { Database } from '../database/database.ts';
import { openDatabase } from '../database/open-database.ts';
import type { NodeSource } from './node-source.ts';

/** In the night in which clocks are put back in Europe. */
const START = Date.UTC(2026, 9, 25, 0, 58);

async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-metrics-'));
  const database = await openDatabase({ file: join(folder, 'shoal.db') });
  onTestFinished(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });
  const nodes = new CountingNodes();
  return { database, nodes, clock: new StepClock(START) };
}

async function start(database: Database, nodes: NodeSource, clock: StepClock, more = {}) {
  const collecting = await Collecting.start({ database, nodes, clock, ...more });
  onTestFinished(() => collecting.metrics.stop());
  return collecting;
}

/** What finished minutes say, after two more seconds. */
async function minutes(collecting: Collecting, count: number) {
  await collecting.seconds(2);
  await collecting.metrics.settled();
  return (await collecting.metrics.read(count)).minutes;
}

test('a minute is the sum of its seconds over all nodes, and each minute is there once', async () => {
  const { database, nodes, clock } = await open();
  nodes.add('a', 'node-0');
  nodes.add('b', 'node-1');
  const collecting = await start(database, nodes, clock);
  for (let minute = 1; minute <= 4; minute++) {
    await collecting.restOfMinute(() => {
      nodes.count('a', 2, 1);
      nodes.count('b', 1);
    });
  }
  collecting.counters.objectReads += 7;
  const points = await minutes(collecting, 5);
  expect(points.map(({ time }) => time.toISOString().slice(11, 16))).toEqual([
    '00:57',
    '00:58',
    '00:59',
    '01:00',
    '01:01',
  ]);
  expect(points[0]).toMatchObject({
    gets: null,
    hitRate: null,
    nodesReady: null,
    imageReads: null,
    isComplete: false,
  });
  // Since when the nodes had counted when they were first seen is not known.
  expect(points.slice(1).map(({ gets }) => gets)).toEqual([59 * 4, 240, 240, 240]);
  expect(points[4]).toMatchObject({
    seconds: 60,
    nodesReady: 2,
    getsPerMinute: 240,
    hits: 180,
    misses: 60,
    hitRate: 0.75,
    missRate: 0.25,
    items: 20,
    capacityBytes: 4_000,
    objectReads: 0,
    imageReads: 0,
    p50Ms: null,
    isComplete: true,
  });
  const { nodes: perNode } = await collecting.metrics.read(2);
  expect(perNode.map(({ name, points: [, last] }) => [name, last!.gets, last!.connections])).toEqual([
    ['node-0', 180, 4],
    ['node-1', 60, 4],
  ]);
});

test('a node that is restarted, replaced or added counts from 0, and what came before is kept', async () => {
  const { database, nodes, clock } = await open();
  nodes.add('a', 'node-0');
  nodes.count('a', 1_000_000);
  const collecting = await start(database, nodes, clock);
  await collecting.restOfMinute();
  nodes.count('a', 50);
  await collecting.seconds(20);
  nodes.restart('a');
  nodes.count('a', 30);
  await collecting.seconds(20);
  nodes.there.delete('a');
  nodes.add('a2', 'node-0');
  nodes.add('b', 'node-1', 'STARTING');
  nodes.count('a2', 4);
  nodes.count('b', 1, 2);
  await collecting.restOfMinute();
  const [first, second] = await minutes(collecting, 2);
  expect([first!.gets, second!.gets]).toEqual([0, 87]);
  expect(second).toMatchObject({ misses: 2, nodesReady: 1, items: 20, isComplete: true });
  const { nodes: perNode } = await collecting.metrics.read(2);
  expect(perNode.map(({ id, points }) => [id, points[0]!.gets, points[1]!.gets, points[1]!.items])).toEqual([
    ['a', 0, 80, null],
    ['a2', null, 4, 10],
    ['b', null, 3, 10],
  ]);
});

test('seconds without an answer are missing; their counts are in the minute, and a slow node is asked once', async () => {
  const { database, nodes, clock } = await open();
  nodes.add('a');
  nodes.add('b');
  const collecting = await start(database, nodes, clock);
  await collecting.seconds(5, () => nodes.count('b', 1));
  nodes.there.get('a')!.answers = false;
  await collecting.seconds(3, () => nodes.count('a', 10));
  expect((await collecting.metrics.latest()).nodes[0]!.point).toMatchObject({ gets: null, items: null });
  nodes.there.get('a')!.answers = true;
  await collecting.seconds(2);
  nodes.there.get('b')!.isSlow = true;
  const { asked } = nodes;
  await collecting.second({ isLate: true });
  await collecting.second();
  await collecting.second();
  expect(nodes.asked - asked).toBe(4);
  const seconds = (await collecting.metrics.read(1)).seconds.map(({ gets, isComplete }) => [
    gets,
    isComplete,
  ]);
  expect(seconds).toEqual([
    [null, false],
    ...Array(4).fill([1, true]),
    ...Array(3).fill([0, false]),
    [0, false],
    [0, true],
    ...Array(3).fill([0, false]),
  ]);
  await collecting.restOfMinute();
  const [point] = await minutes(collecting, 1);
  expect(point).toMatchObject({ gets: 34, nodesReady: 2, isComplete: false });
});

test('an api that is started again goes on with the minute, and loses no count', async () => {
  const { database, nodes, clock } = await open();
  nodes.add('a');
  const one = await start(database, nodes, clock);
  await one.restOfMinute();
  one.times.record(5);
  await one.seconds(25, () => nodes.count('a', 1));
  await one.metrics.stop();
  nodes.count('a', 100);
  clock.set(clock.now() + 3_000);
  nodes.add('b');
  nodes.count('b', 500);
  const other = await start(database, nodes, clock);
  other.times.record(5);
  await other.restOfMinute(() => nodes.count('a', 1));
  const [point] = await minutes(other, 1);
  expect(point).toMatchObject({ gets: 25 + 100 + 32, imageReads: 2, isComplete: true });
  expect(point!.p50Ms).toBeGreaterThan(4.5);
  expect(point!.p50Ms).toBeLessThan(5.5);
});

test('an api that was killed loses no count of nodes either, unless it was away for minutes', async () => {
  const { database, nodes, clock } = await open();
  nodes.add('a');
  const killed = await start(database, nodes, clock);
  await killed.seconds(35, () => nodes.count('a', 1));
  await killed.metrics.settled();
  clock.set(START + 65_000);
  nodes.count('a', 100);
  const next = await start(database, nodes, new StepClock(clock.now()));
  await next.restOfMinute();
  const [before, after] = await minutes(next, 2);
  // Written last when 30 seconds had passed: what came after is found in the minute in which it was seen.
  expect([before!.gets, after!.gets]).toEqual([29, 105]);
  const late = new StepClock(clock.now() + 600_000);
  nodes.count('a', 1_000);
  const last = await start(database, nodes, late);
  await last.restOfMinute(() => nodes.count('a', 1));
  await last.restOfMinute(() => nodes.count('a', 1));
  const points = await minutes(last, 4);
  expect(points.map(({ gets }) => gets)).toEqual([null, null, 54, 60]);
});

test('of two processes one writes the nodes, each its own reads, and the writer may change within a minute', async () => {
  const { database, nodes, clock } = await open();
  const otherClock = new StepClock(START);
  nodes.add('a');
  let leader = 'one';
  const one = await start(database, nodes, clock, { process: 'one', isWriter: () => leader === 'one' });
  const other = await start(database, nodes, otherClock, {
    process: 'two',
    isWriter: () => leader === 'two',
  });
  const both = async (count: number) => {
    for (let index = 0; index < count; index++) {
      nodes.count('a', 1);
      await one.second();
      // The other one looks a little later, and sees more.
      nodes.count('a', 1);
      await other.second();
    }
  };
  await both(60);
  one.counters.objectReads += 3;
  other.counters.objectReads += 4;
  await both(25);
  leader = 'two';
  await both(35 + 62);
  await Promise.all([one.metrics.settled(), other.metrics.settled()]);
  const { minutes: points } = await other.metrics.read(3);
  expect(points.map(({ objectReads }) => objectReads)).toEqual([0, 7, 0]);
  // The first look of the first process saw 1, and the last one of the second process all but those of the last two seconds.
  expect(points.reduce((sum, { gets }) => sum + gets!, 0)).toBe(2 * 180 - 1);
  expect(points.at(-1)).toMatchObject({ gets: 120, isComplete: true });
});

test('a machine that sleeps leaves a gap, and a clock that is set back takes nothing away', async () => {
  const { database, nodes, clock } = await open();
  nodes.add('a');
  const collecting = await start(database, nodes, clock);
  await collecting.restOfMinute(() => nodes.count('a', 1));
  await collecting.seconds(30, () => nodes.count('a', 1));
  clock.set(START + 5 * 60_000 + 10_000);
  await collecting.second();
  await collecting.restOfMinute(() => nodes.count('a', 1));
  expect((await minutes(collecting, 6)).map(({ gets, isComplete }) => [gets, isComplete])).toEqual([
    [59, true],
    [30, false],
    [null, false],
    [null, false],
    [null, false],
    [50, false],
  ]);
  clock.set(START + 65_000);
  await collecting.restOfMinute(() => nodes.count('a', 2));
  const [first, second] = await minutes(collecting, 2);
  expect([first!.gets, second!.gets]).toEqual([59, 30 + 110]);
  expect(collecting.troubles).toEqual([]);
});

test('a finished minute is told once, after all have had time to write it', async () => {
  const { database, nodes, clock } = await open();
  nodes.add('a');
  const collecting = await start(database, nodes, clock);
  await collecting.restOfMinute();
  const told: [number, string | undefined][] = [];
  for (let second = 0; second < 70; second++) {
    nodes.count('a', 1);
    await collecting.second();
    await collecting.metrics.settled();
    const { minute } = await collecting.metrics.latest();
    if (minute) told.push([second, minute.time.toISOString().slice(11, 16)]);
  }
  expect(told.map(([, time]) => time)).toEqual(['00:58', '00:59']);
  expect(told[0]![0]).toBeLessThan(5);
});

test('no more than two minutes of seconds are kept', async () => {
  const { database, nodes, clock } = await open();
  nodes.add('a');
  const collecting = await start(database, nodes, clock);
  await collecting.seconds(150);
  const { seconds } = await collecting.metrics.read(1);
  expect(seconds).toHaveLength(120);
  expect(seconds.at(-1)!.time.getTime()).toBe(clock.now() - 1_000);
});
