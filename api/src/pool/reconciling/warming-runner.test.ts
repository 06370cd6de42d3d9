import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualTime } from '../../../test/pool-simulation/virtual-time.ts';
import { node, pool, resize } from '../../../test/pool-states.ts';
import { passOf } from './asked-pass.ts';
import type { PoolState } from '../state/pool-state.ts';
import { Troubles } from './troubles.ts';
import type { TrimmingTask, WarmingTask, WarmProgress } from '../warming/warming.ts';
import { WarmingRunner } from './warming-runner.ts';

const HALF: WarmProgress = { entriesTotal: 2, bytesTotal: 20, entriesCopied: 1, bytesCopied: 10 };
const WHOLE: WarmProgress = { ...HALF, entriesCopied: 2, bytesCopied: 20 };

interface Pass {
  readonly task: WarmingTask;
  readonly end: (progress: WarmProgress) => void;
  readonly fail: (error: Error) => void;
}

let time: VirtualTime;
let passes: Pass[];
let trims: TrimmingTask[];
let logged: string[];
let progressCount: number;
let runner: WarmingRunner;

beforeEach(() => {
  time = new VirtualTime(1);
  passes = [];
  trims = [];
  logged = [];
  progressCount = 0;
  runner = new WarmingRunner({
    warmer: {
      warm: (task) => new Promise((end, fail) => passes.push({ task, end, fail })),
      trim: async (task) => void trims.push(task),
    },
    clock: {
      now: () => time.now,
      after: (ms, callback) => {
        time.after(ms, callback);
        return () => {};
      },
    },
    troubles: new Troubles({ warn: (_fields, message) => logged.push(message) }),
    onProgress: () => progressCount++,
  });
});

const nodes = [node(0, 'READY'), node(1, 'DRAINING')];
const warming = pool(nodes, { warmedEpoch: 6, previousMembers: [['node-0', 'node-1']] });
const warmed = pool([node(0, 'READY')]);
const follow = (state: PoolState) => runner.follow(passOf(state), state);

describe('a pass of warming', () => {
  it('is begun once for an epoch, from all nodes that serve', () => {
    follow(warming);
    follow(warming);
    expect(passes).toHaveLength(1);
    expect(passes[0]!.task).toMatchObject({
      members: ['node-0'],
      nodes: [{ label: 'node-0' }, { label: 'node-1' }],
    });
  });

  it('is aborted when the epoch changes, and begun anew', () => {
    follow(warming);
    follow({ ...warming, epoch: 8 });
    expect(passes.map(({ task }) => task.signal.aborted)).toEqual([true, false]);
    expect(runner.seen).toMatchObject({ epoch: 8, isDone: false });
  });

  it('copies no faster than the configuration says, and nothing while a resize is paused', () => {
    follow(warming);
    const { limitMiBps } = passes[0]!.task;
    expect(limitMiBps()).toBe(64);
    follow({ ...warming, resizes: [resize(2, 1, { state: 'PAUSED' })] });
    expect(limitMiBps()).toBe(0);
    follow({ ...warming, config: { ...warming.config, copyLimitMiBps: 5 } });
    expect(limitMiBps()).toBe(5);
  });

  it('tells of its progress at most twice a second, and of its end', async () => {
    follow(warming);
    for (let i = 0; i < 100; i++) {
      passes[0]!.task.onProgress(HALF);
      await time.pass(10);
    }
    expect(progressCount).toBe(2);
    expect(runner.seen).toEqual({ epoch: 7, isDone: false, progress: HALF });
    passes[0]!.end(WHOLE);
    await settled();
    expect(progressCount).toBe(3);
    expect(runner.seen).toEqual({ epoch: 7, isDone: true, progress: WHOLE });
    follow(warming);
    expect(passes).toHaveLength(1);
  });

  it('is tried again a while after it has failed', async () => {
    follow(warming);
    passes[0]!.fail(new Error('no memory'));
    await settled();
    expect(logged).toEqual(['Entries could not be copied to their owners: no memory']);
    follow(warming);
    expect(passes).toHaveLength(1);
    await time.pass(2_000);
    follow(warming);
    expect(passes).toHaveLength(2);
  });

  it('is begun anew when it stands still for long, unless it is paused', async () => {
    const paused = { ...warming, resizes: [resize(2, 1, { state: 'PAUSED' as const })] };
    follow(warming);
    await time.pass(299_000);
    follow(paused);
    await time.pass(299_000);
    follow(warming);
    expect(passes).toHaveLength(1);
    await time.pass(1_000);
    follow(warming);
    expect(passes.map(({ task }) => task.signal.aborted)).toEqual([true, false]);
  });
});

describe('the trim', () => {
  const end = async () => {
    follow(warming);
    passes[0]!.end(WHOLE);
    await settled();
  };

  it('comes once, five seconds after the pass', async () => {
    await end();
    await time.pass(4_999);
    follow(warmed);
    expect(trims).toHaveLength(0);
    await time.pass(1);
    follow(warmed);
    follow(warmed);
    expect(trims).toMatchObject([{ members: ['node-0'], nodes: [{ label: 'node-0' }] }]);
    await settled();
    follow(warmed);
    expect(trims).toHaveLength(1);
  });

  it('waits until nothing is under way', async () => {
    await end();
    await time.pass(5_000);
    follow({ ...warmed, resizes: [resize(2, 1)] });
    expect(trims).toHaveLength(0);
    follow(warmed);
    expect(trims).toHaveLength(1);
  });

  it('does not come when the ring has changed meanwhile', async () => {
    await end();
    follow({ ...warmed, epoch: 8, warmedEpoch: 8 });
    await time.pass(5_000);
    follow({ ...warmed, epoch: 8, warmedEpoch: 8 });
    expect(trims).toHaveLength(0);
  });

  it('is aborted when this process does not lead any more', async () => {
    await end();
    await time.pass(5_000);
    follow(warmed);
    runner.stop();
    expect(trims[0]!.signal.aborted).toBe(true);
  });
});

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
