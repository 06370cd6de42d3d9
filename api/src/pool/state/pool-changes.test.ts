import { describe, expect, test } from 'vitest';
import { makeResize } from '../../../test/pool-records.ts';
import { firstState } from './next-state.ts';
import { cancelResize, changeConfig, pauseResize, queueResize, resumeResize } from './pool-changes.ts';
import type { PoolState, Resize } from './pool-state.ts';

const AT = 1_700_000_000_000;
const first = firstState({ desiredSize: 2, capacityMiB: 256 });

describe('the configuration', () => {
  test('gets a new version when nodes have something to be told', () => {
    const change = changeConfig(
      first,
      { capacityMiB: 512, evictionPolicy: 's3-fifo', copyLimitMiBps: 10 },
      AT,
    );
    expect(change?.state.config).toEqual({
      capacityMiB: 512,
      evictionPolicy: 's3-fifo',
      copyLimitMiBps: 10,
      version: 2,
    });
    expect(change?.events).toEqual([
      { at: AT, node: null, text: 'Capacity per node set from 256 to 512 MiB' },
      { at: AT, node: null, text: 'Eviction policy set from LRU to S3-FIFO' },
      { at: AT, node: null, text: 'Copy limit set from 64 to 10 MiB/s' },
    ]);
  });

  test('keeps its version when only the copying changes, which nodes know nothing of', () => {
    expect(changeConfig(first, { copyLimitMiBps: 10 }, AT)?.state.config.version).toBe(1);
  });

  test('stays the same when it is so already', () => {
    expect(changeConfig(first, { capacityMiB: 256, evictionPolicy: 'lru' }, AT)).toBeUndefined();
  });
});

describe('a resize', () => {
  test('is queued, and the desired size is where it leads', () => {
    const change = queueResize(first, { id: 'a', toSize: 3, by: 'a person', at: AT });
    expect(change?.state).toMatchObject({ desiredSize: 3, epoch: 0 });
    expect(change?.state.resizes).toEqual([
      makeResize({ id: 'a', fromSize: 2, toSize: 3, reason: 'it waits for its turn, asked for by a person' }),
    ]);
    expect(change?.events).toEqual([
      { at: AT, node: null, text: 'Resize from 2 to 3 asked for by a person' },
    ]);
    const next = queueResize(change!.state, { id: 'b', toSize: 5, by: 'the autoscaler', at: AT });
    expect(shortly(next?.state)).toEqual(['a: 2 to 3 QUEUED', 'b: 3 to 5 QUEUED', 'desired 5']);
  });

  test('to the size that is desired already is none', () => {
    expect(queueResize(first, { id: 'a', toSize: 2, by: 'a person', at: AT })).toBeUndefined();
  });

  test('is refused when twenty are queued', () => {
    let state = withResizes([makeResize({ id: 'running', state: 'RUNNING' })], 3);
    for (let count = 0; count < 20; count++) {
      state = queueResize(state, { id: `${count}`, toSize: 1 + (count % 2), by: 'a person', at: AT })!.state;
    }
    expect(() => queueResize(state, { id: 'more', toSize: 5, by: 'a person', at: AT })).toThrow(
      '20 resizes are queued already. Cancel some of them, or wait.',
    );
  });

  test('under way is paused and resumed, once each', () => {
    const running = withResizes([makeResize({ state: 'RUNNING' })], 3);
    expect(resumeResize(running, AT)).toBeUndefined();
    const paused = pauseResize(running, AT)!;
    expect(paused.state.resizes).toEqual([makeResize({ state: 'PAUSED', reason: 'it is paused' })]);
    expect(paused.events).toEqual([{ at: AT, node: null, text: 'Resize from 2 to 3 paused' }]);
    expect(pauseResize(paused.state, AT)).toBeUndefined();
    const resumed = resumeResize(paused.state, AT)!;
    expect(resumed.state.resizes).toEqual([makeResize({ state: 'RUNNING', reason: 'it is under way' })]);
    expect(resumed.events).toEqual([{ at: AT, node: null, text: 'Resize from 2 to 3 resumed' }]);
  });

  test.each([
    ['paused', (state: PoolState) => pauseResize(state, AT)],
    ['resumed', (state: PoolState) => resumeResize(state, AT)],
    ['cancelled', (state: PoolState) => cancelResize(state, { id: undefined, at: AT })],
  ])('that is only queued can not be %s as the one under way', (_word, change) => {
    for (const state of [first, withResizes([makeResize()], 3)]) {
      expect(() => change(state)).toThrow(
        expect.objectContaining({ code: 'CONFLICT', message: 'No resize is under way.' }) as Error,
      );
    }
  });
});

describe('cancelling', () => {
  const queue = withResizes(
    [
      makeResize({ id: 'a', state: 'RUNNING', fromSize: 2, toSize: 3 }),
      makeResize({ id: 'b', fromSize: 3, toSize: 5 }),
      makeResize({ id: 'c', fromSize: 5, toSize: 4 }),
    ],
    4,
  );

  test('the one under way marks it; the others set out from where it goes back to', () => {
    const { state, events } = cancelResize(queue, { id: undefined, at: AT })!;
    expect(shortly(state)).toEqual([
      'a: 2 to 3 RUNNING, to be cancelled',
      'b: 2 to 5 QUEUED',
      'c: 5 to 4 QUEUED',
      'desired 4',
    ]);
    expect(events).toEqual([{ at: AT, node: null, text: 'Resize from 2 to 3 is being cancelled' }]);
    expect(cancelResize(state, { id: 'a', at: AT })).toBeUndefined();
  });

  test('the only one makes its size before the desired one', () => {
    const { state } = cancelResize(withResizes([makeResize({ state: 'PAUSED' })], 3), { id: 'id', at: AT })!;
    expect(shortly(state)).toEqual(['id: 2 to 3 PAUSED, to be cancelled', 'desired 2']);
  });

  test('a queued one ends it at once; the next sets out from where the one before it leads', () => {
    const { state, events } = cancelResize(queue, { id: 'b', at: AT })!;
    expect(shortly(state)).toEqual([
      'a: 2 to 3 RUNNING',
      'b: 3 to 5 CANCELLED',
      'c: 3 to 4 QUEUED',
      'desired 4',
    ]);
    expect(state.resizes[1]).toMatchObject({ finishedAt: AT, reason: 'it was cancelled before it began' });
    expect(events).toEqual([{ at: AT, node: null, text: 'Resize from 3 to 5 cancelled before it began' }]);
  });

  test('the last one makes the size before it the desired one', () => {
    expect(shortly(cancelResize(queue, { id: 'c', at: AT })?.state).at(-1)).toBe('desired 5');
  });

  test('the first of those that all wait lets the next set out from its size', () => {
    const waiting = withResizes(
      [makeResize({ id: 'a' }), makeResize({ id: 'b', fromSize: 3, toSize: 4 })],
      4,
    );
    expect(shortly(cancelResize(waiting, { id: 'a', at: AT })?.state)).toEqual([
      'a: 2 to 3 CANCELLED',
      'b: 2 to 4 QUEUED',
      'desired 4',
    ]);
  });

  test('one that nobody knows is NOT_FOUND', () => {
    expect(() => cancelResize(queue, { id: 'x', at: AT })).toThrow(
      expect.objectContaining({
        code: 'NOT_FOUND',
        message: 'No resize with the id x is queued or under way.',
      }) as Error,
    );
  });
});

function withResizes(resizes: readonly Resize[], desiredSize: number): PoolState {
  return { ...first, resizes, desiredSize };
}

function shortly(state: PoolState | undefined): string[] {
  const lines = (state?.resizes ?? []).map(
    ({ id, fromSize, toSize, state: word, cancelRequested }) =>
      `${id}: ${fromSize} to ${toSize} ${word}${cancelRequested ? ', to be cancelled' : ''}`,
  );
  return [...lines, `desired ${state?.desiredSize}`];
}
