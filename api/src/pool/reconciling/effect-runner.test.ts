import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualTime } from '../../../test/pool-simulation/virtual-time.ts';
import { node, pool } from '../../../test/pool-states.ts';
import { EffectRunner } from './effect-runner.ts';
import type { Effect } from './pool-effects.ts';
import { Troubles } from './troubles.ts';

const { config } = pool([]);
const LAUNCH: Effect = {
  kind: 'launch',
  id: 'id-1',
  label: 'node-1',
  spec: { id: 'id-1', slot: 1, label: 'node-1', config, epoch: 7 },
};
const STOP: Effect = { kind: 'stop', id: 'id-1', label: 'node-1' };
const EMPTY: Effect = { kind: 'empty', id: 'id-1', label: 'node-1' };
const CONFIGURE: Effect = { kind: 'configure', id: 'id-1', label: 'node-1', config };

let time: VirtualTime;
/** What was asked for and has not been answered yet. */
let asked: { what: string; answer: (value?: unknown) => void; refuse: (error: Error) => void }[];
let logged: string[];
let doneCount: number;
let isUp: boolean;
let runner: EffectRunner;

beforeEach(() => {
  time = new VirtualTime(1);
  asked = [];
  logged = [];
  doneCount = 0;
  isUp = true;
  runner = new EffectRunner({
    provisioner: {
      isElastic: true,
      launch: ({ id }) => ask(`launch ${id}`),
      list: async () => [],
      stop: (id) => ask(`stop ${id}`),
      onEnded: () => () => {},
    },
    nodes: {
      follow: () => {},
      health: () => ({ isUp, reason: '' }),
      configure: (id) => ask(`configure ${id}`),
      empty: (id) => ask(`empty ${id}`),
      onHealthChanged: () => () => {},
    },
    clock: {
      now: () => time.now,
      after: (ms, callback) => {
        let isOff = false;
        time.after(ms, () => (isOff ? undefined : callback()));
        return () => void (isOff = true);
      },
    },
    troubles: new Troubles({ warn: (_fields, message) => logged.push(message) }),
    onDone: () => doneCount++,
  });
});

describe('effects', () => {
  it('are done side by side, each once at a time', async () => {
    runner.run([STOP, EMPTY]);
    runner.run([STOP, EMPTY]);
    expect(asked.map(({ what }) => what)).toEqual(['stop id-1', 'empty id-1']);
    asked[0]!.answer();
    await settled();
    runner.run([STOP, EMPTY]);
    expect(asked.map(({ what }) => what)).toEqual(['stop id-1', 'empty id-1', 'stop id-1']);
    expect(doneCount).toBe(1);
  });

  it('that hang are given up, and may be tried again', async () => {
    runner.run([STOP]);
    await time.pass(20_000);
    expect(logged).toEqual(['node-1 could not be stopped: To stop it took longer than 20 s']);
    expect(doneCount).toBe(0);
    runner.run([STOP]);
    expect(asked).toHaveLength(2);
  });

  it('that fail are logged once for each reason', async () => {
    for (const reason of ['no', 'no', 'never']) {
      runner.run([CONFIGURE]);
      asked.at(-1)!.refuse(new Error(reason));
      await settled();
    }
    expect(logged).toEqual([
      'node-1 could not be told the configuration: no',
      'node-1 could not be told the configuration: never',
    ]);
  });

  it('on a node that does not answer are not begun where they would do harm', async () => {
    isUp = false;
    runner.run([EMPTY]);
    await settled();
    expect(asked).toEqual([]);
    expect(runner.emptied.size).toBe(0);
  });
});

describe('what came of an effect', () => {
  it('is known of a launch: under way, launched', async () => {
    runner.run([LAUNCH]);
    expect(runner.launches.get('id-1')).toEqual({ phase: 'UNDER_WAY', slot: 1 });
    expect(runner.launchedSince.get('id-1')).toBe(time.now);
    asked[0]!.answer({ id: 'id-1', slot: 1, address: 'unix:/a' });
    await settled();
    expect(runner.launches.get('id-1')).toEqual({ phase: 'LAUNCHED', slot: 1, address: 'unix:/a' });
    expect(doneCount).toBe(1);
  });

  it('is known of a launch that fails or hangs', async () => {
    runner.run([LAUNCH]);
    asked[0]!.refuse(new Error('no memory'));
    await settled();
    expect(runner.launches.get('id-1')).toEqual({ phase: 'FAILED', slot: 1, reason: 'no memory' });
    expect(doneCount).toBe(1);
    runner.run([LAUNCH]);
    await time.pass(30_000);
    expect(runner.launches.get('id-1')).toMatchObject({ phase: 'FAILED' });
    asked[1]!.answer({ id: 'id-1', slot: 1, address: 'unix:/late' });
    await settled();
    expect(runner.launches.get('id-1')).toMatchObject({ phase: 'FAILED' });
  });

  it('is forgotten when the node was away since', async () => {
    runner.run([EMPTY, CONFIGURE]);
    for (const { answer } of asked) answer();
    await settled();
    expect([...runner.emptied]).toEqual(['id-1']);
    expect([...runner.configured]).toEqual([['id-1', 1]]);
    runner.noteLapses(['id-1']);
    expect(runner.emptied.size + runner.configured.size).toBe(0);
  });

  it('is forgotten once it is written down, or the node is gone', async () => {
    runner.run([LAUNCH, EMPTY, CONFIGURE]);
    for (const { answer } of asked) answer({ address: 'unix:/a' });
    await settled();
    runner.forgetWritten([node(1, 'JOINING', { mustBeEmptied: false })]);
    expect(runner.emptied.size).toBe(0);
    expect(runner.launches.size).toBe(1);
    runner.forgetWritten([node(1, 'GONE')]);
    expect(runner.launches.size + runner.configured.size + runner.launchedSince.size).toBe(0);
  });

  it('is dropped when another process leads by then', async () => {
    runner.run([LAUNCH, EMPTY]);
    runner.forgetAll();
    for (const { answer } of asked) answer({ address: 'unix:/a' });
    await settled();
    expect(runner.launches.size + runner.emptied.size).toBe(0);
  });
});

function ask<T>(what: string): Promise<T> {
  return new Promise((answer, refuse) => asked.push({ what, answer: (value) => answer(value as T), refuse }));
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
