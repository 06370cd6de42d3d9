import { expect, it } from 'vitest';
import { FakeEc2 } from '../../../test/fake-ec2.ts';
import { VirtualTime } from '../../../test/pool-simulation/virtual-time.ts';
import { makeNewId } from '../../ordered-id.ts';
import type { NodeAccess } from '../nodes/node-access.ts';
import type { Clock } from '../reconciling/clock.ts';
import { USUAL_LIMITS } from '../reconciling/pool-limits.ts';
import { Reconciler } from '../reconciling/reconciler.ts';
import { MemoryPoolStore } from '../state/memory-pool-store.ts';
import type { PoolStore } from '../state/pool-store.ts';
import type { Ec2Api } from './ec2-api.ts';
import { Ec2Provisioner } from './ec2.ts';

const MAX_NODES = 2;
const BOOT_MS = 30_000;

// Every call is a step: the api is killed before it reaches EC2, or when EC2 has done it and the answer is under way.
it.each([
  ['before EC2 hears', false],
  ['after EC2 has done', true],
])(
  'never has more instances than there may be, whichever call the api is killed at, %s',
  async (_, isDone) => {
    const asked = await live(Infinity, isDone);
    // Most of them are looks, one like the other: every fifth is enough.
    const steps = asked.flatMap((what, index) =>
      what !== 'instances' || index % 5 === 0 ? [index + 1] : [],
    );
    expect(steps.length).toBeGreaterThan(20);
    for (const step of steps) await live(step, isDone);
  },
);

/** A pool comes up, loses an instance and replaces it; the api is killed at one call and another one goes on. Tells what was asked for. */
async function live(step: number, isDone: boolean): Promise<readonly string[]> {
  const time = new VirtualTime(step);
  const ec2 = new FakeEc2(clockOf(time), () => time.between(0, 6_000));
  const store = new MemoryPoolStore({ now: () => time.now, clock: () => time.now });
  await store.initialise({ desiredSize: MAX_NODES, capacityMiB: 96 });
  let calls = 0;
  const first = startApi('one', time, ec2, store, async (ask, kill) => {
    if (++calls !== step) return await ask();
    if (isDone) await ask();
    kill();
    return await new Promise<never>(() => {});
  });
  const isReady = async () =>
    (await store.load()).members.length === MAX_NODES && ec2.running.length === MAX_NODES;
  const other = () => startApi('two', time, ec2, store, (ask) => ask());
  let second: (() => void) | undefined;
  for (let round = 0; round < 300 && !(await isReady()); round++) {
    await time.pass(1_000);
    if (!first.isAlive() && second === undefined) second = other();
  }
  expect(await isReady()).toBe(true);
  ec2.end(ec2.running[0]!.instanceId, 'Server.InternalError');
  await time.pass(20_000);
  for (let round = 0; round < 300 && !(await isReady()); round++) {
    await time.pass(1_000);
    if (!first.isAlive() && second === undefined) second = other();
  }
  await time.pass(20_000);
  expect(await isReady()).toBe(true);
  expect(ec2.mostRunning).toBe(MAX_NODES);
  expect(new Set(ec2.running.map(({ nodeId }) => nodeId)).size).toBe(MAX_NODES);
  first.kill();
  second?.();
  return ec2.asked;
}

type Gate = <T>(ask: () => Promise<T>, kill: () => void) => Promise<T>;

/** One api process. Once killed it does nothing any more, nor hears of anything. */
function startApi(holder: string, time: VirtualTime, ec2: FakeEc2, store: PoolStore, gate: Gate) {
  let isAlive = true;
  const kill = () => void (isAlive = false);
  const living = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (!isAlive) return await new Promise<never>(() => {});
    const answer = await ask();
    return isAlive ? answer : await new Promise<never>(() => {});
  };
  const clock: Clock = {
    now: () => time.now,
    after: (ms, callback) => {
      let isOff = false;
      time.after(ms, () => (isOff || !isAlive ? undefined : callback()));
      return () => void (isOff = true);
    },
  };
  const slowly = async <T>(ask: () => Promise<T>): Promise<T> => {
    await new Promise<void>((resolve) => time.after(time.between(20, 200), resolve));
    return await ask();
  };
  const ask = <T>(request: () => Promise<T>) => living(() => slowly(() => gate(request, kill)));
  const api: Ec2Api = {
    instances: () => ask(() => ec2.instances()),
    launch: (request) => ask(() => ec2.launch(request)),
    terminate: (ids) => ask(() => ec2.terminate(ids)),
    consoleTail: () => ask(() => ec2.consoleTail()),
    interrupted: (ids) => ask(() => ec2.interrupted(ids)),
  };
  const reconciler = new Reconciler({
    store: {
      load: () => living(() => store.load()),
      revision: () => living(() => store.revision()),
      update: (change, leader) => living(() => store.update(change, leader)),
      lead: (name, ttlMs) => living(() => store.lead(name, ttlMs)),
      resign: (name) => living(() => store.resign(name)),
      events: (limit) => store.events(limit),
      finishedResizes: (limit) => store.finishedResizes(limit),
    },
    provisioner: new Ec2Provisioner({
      api,
      pool: 'test',
      maxNodes: MAX_NODES,
      places: [{}],
      port: 11211,
      startMs: 300_000,
      userData: ({ label }) => label,
      clock,
      onTrouble: () => {},
    }),
    nodes: nodesOf(ec2, time),
    warmer: {
      warm: async () => ({ entriesTotal: 0, bytesTotal: 0, entriesCopied: 0, bytesCopied: 0 }),
      trim: async () => {},
    },
    holder,
    limits: { ...USUAL_LIMITS, startMs: 300_000, maxNodes: MAX_NODES },
    clock,
    newId: makeNewId(() => time.now),
    log: { warn() {} },
    onState: () => {},
  });
  reconciler.start();
  return Object.assign(kill, { isAlive: () => isAlive, kill });
}

/** Nodes answer once their instances have booted. */
function nodesOf(ec2: FakeEc2, time: VirtualTime): NodeAccess {
  return {
    follow: () => {},
    health: (id) => {
      const instance = ec2.running.find(({ nodeId }) => nodeId === id);
      const isUp = instance !== undefined && time.now - instance.launchedAt >= BOOT_MS;
      return { isUp, reason: 'it does not answer' };
    },
    configure: async () => {},
    empty: async () => {},
    onHealthChanged: () => () => {},
  };
}

function clockOf(time: VirtualTime): Clock {
  return { now: () => time.now, after: () => () => {} };
}
