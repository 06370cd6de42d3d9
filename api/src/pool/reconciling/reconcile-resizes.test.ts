import { describe, expect, it } from 'vitest';
import {
  effects,
  LIMITS,
  node,
  NOW,
  pool,
  resize,
  seen,
  states,
  step,
  told,
} from '../../../test/pool-states.ts';
import type { PoolState, Resize } from '../state/pool-state.ts';

const MIB = 2 ** 20;
const QUEUED = { state: 'QUEUED', startedAt: null } as const;
const PROGRESS = { entriesTotal: 1204, bytesTotal: 310 * MIB, entriesCopied: 1204, bytesCopied: 310 * MIB };

describe('growing', () => {
  const growing = (nodes: Parameters<typeof pool>[0], changes: Partial<PoolState> = {}) =>
    pool([node(0, 'READY'), node(1, 'READY'), ...nodes], {
      desiredSize: 4,
      resizes: [resize(2, 4)],
      ...changes,
    });

  it('begins with the first in the queue, and launches its nodes', () => {
    const next = step(growing([], { resizes: [resize(2, 4, QUEUED)] }));
    expect(next.state.resizes).toMatchObject([{ state: 'RUNNING', startedAt: NOW }]);
    expect(effects(next)).toEqual(['launch new-0', 'launch new-1']);
    expect(told(next)[0]).toBe('Resize from 2 to 4 began');
  });

  it('waits for all nodes, however long', () => {
    const since = new Map([['id-3', NOW]]);
    const state = growing([node(2, 'JOINING'), node(3, 'STARTING')]);
    const next = step(state, seen(state, { silent: ['id-3'], launchedSince: since }));
    expect(states(next.state)).toContain('id-2 JOINING');
  });

  it('has all nodes join in one step', () => {
    const next = step(growing([node(2, 'JOINING'), node(3, 'JOINING')]));
    expect(next.state.members).toEqual(['node-0', 'node-1', 'node-2', 'node-3']);
    expect(next.state).toMatchObject({ epoch: 8, warmedEpoch: 7, previousMembers: [['node-0', 'node-1']] });
    expect(next.state.resizes).toMatchObject([{ state: 'RUNNING' }]);
  });

  it('writes down how far the copying has come', () => {
    const state = growing([node(2, 'READY'), node(3, 'READY')], {
      warmedEpoch: 6,
      previousMembers: [['node-0', 'node-1']],
    });
    const progress = { ...PROGRESS, entriesCopied: 4, bytesCopied: 5 };
    const next = step(state, seen(state, { pass: { epoch: 7, isDone: false, progress } }));
    expect(next.state.resizes).toMatchObject([{ state: 'RUNNING', ...progress }]);
    const older = step(state, seen(state, { pass: { epoch: 6, isDone: true, progress } }));
    expect(older.state).toBe(state);
  });

  it('is done when the entries are with their owners', () => {
    const state = growing([node(2, 'READY'), node(3, 'READY')], {
      warmedEpoch: 6,
      previousMembers: [['node-0', 'node-1']],
    });
    const pass = { epoch: 7, isDone: true, progress: PROGRESS };
    const next = step(state, seen(state, { pass }));
    expect(next.state).toMatchObject({ warmedEpoch: 7, previousMembers: [], desiredSize: 4 });
    expect(next.state.resizes).toMatchObject([{ state: 'DONE', finishedAt: NOW, ...PROGRESS }]);
    expect(told(next)).toEqual(['Resize from 2 to 4 finished: 1,204 entries, 310 MiB copied in 12 s']);
  });

  it('fails when a node has failed three times, and the pool goes back', () => {
    const failed = [1, 2, 3].map((age) =>
      node(3, 'GONE', { id: `gone-${age}`, stateSince: NOW - age * 1_000, reason: 'it ended with code 1' }),
    );
    const next = step(growing([node(2, 'JOINING'), ...failed]));
    expect(next.state.resizes).toMatchObject([
      { state: 'FAILED', reason: 'node-3 failed 3 times; the last time it ended with code 1' },
    ]);
    expect(next.state).toMatchObject({ desiredSize: 2, epoch: 7 });
    expect(next.state.nodes.find(({ id }) => id === 'id-2')!.state).toBe('GONE');
  });

  it('remembers failures for as long as it takes', () => {
    const old = node(3, 'GONE', { stateSince: NOW - 80_000 });
    const state = growing([old], { resizes: [resize(2, 4, { startedAt: NOW - 90_000 })] });
    expect(states(step(state).state)).toContain('id-3 GONE');
    expect(states(step({ ...state, resizes: [] }).state)).not.toContain('id-3 GONE');
  });

  it('is refused where there may not be so many nodes', () => {
    const next = step(growing([]), undefined, { maxNodes: 3 });
    expect(next.state.resizes).toMatchObject([
      { state: 'FAILED', reason: 'there may be no more than 3 nodes' },
    ]);
    expect(next.state.desiredSize).toBe(2);
  });
});

describe('shrinking', () => {
  const shrinking = (last: Parameters<typeof node>[1], changes = {}, more: Partial<PoolState> = {}) =>
    pool([node(0, 'READY'), node(1, 'READY'), node(2, last, changes)], {
      desiredSize: 2,
      resizes: [resize(3, 2)],
      ...more,
    });
  const draining = (changes = {}, more: Partial<PoolState> = {}) =>
    shrinking(
      'DRAINING',
      { drainDeadline: NOW + 1, ...changes },
      { warmedEpoch: 6, previousMembers: [['node-0', 'node-1', 'node-2']], ...more },
    );

  it('takes the highest slot out of the ring; its node goes on serving', () => {
    const next = step(shrinking('READY'));
    expect(states(next.state)).toContain('id-2 DRAINING');
    expect(next.state.nodes[2]!.drainDeadline).toBe(NOW + LIMITS.drainMs);
    expect(next.state).toMatchObject({ epoch: 8, previousMembers: [['node-0', 'node-1', 'node-2']] });
    expect(next.pass?.nodes.map(({ label }) => label)).toEqual(['node-0', 'node-1', 'node-2']);
    expect(told(next)).toEqual(['node-2 left the ring and is drained: epoch 8']);
  });

  it('does not take the last node that answers', () => {
    const state = pool([node(0, 'SUSPECT', { stateSince: NOW }), node(1, 'READY')], {
      desiredSize: 1,
      resizes: [resize(2, 1)],
    });
    expect(step(state, seen(state, { silent: ['id-0'] })).state).toBe(state);
  });

  it.each([
    { what: 'goes on before', changes: {}, pass: undefined, is: 'DRAINING', effect: [] },
    {
      what: 'ends when the entries are copied',
      changes: {},
      pass: { epoch: 7, isDone: true, progress: PROGRESS },
      is: 'GONE',
      effect: ['stop id-2'],
    },
    {
      what: 'ends when the deadline has passed',
      changes: { drainDeadline: NOW },
      pass: undefined,
      is: 'GONE',
      effect: ['stop id-2'],
    },
  ])('drains: $what', ({ changes, pass, is, effect }) => {
    const state = draining(changes);
    const next = step(state, seen(state, { pass }));
    expect(next.state.nodes[2]!.state).toBe(is);
    expect(effects(next)).toEqual(effect);
    expect(next.state.resizes[0]!.state).toBe('RUNNING');
  });

  it('is done when its node has been stopped', () => {
    const stopped = shrinking('GONE', { drainDeadline: NOW - 1, stateSince: NOW - 1 });
    const next = step(stopped);
    expect(next.state.resizes).toMatchObject([{ state: 'DONE', reason: '0 entries, 0 MiB copied in 12 s' }]);
    const launches = new Map([['id-2', { phase: 'UNDER_WAY', slot: 2 }]] as const);
    const launching = step(stopped, seen(stopped, { launches }));
    expect(launching.state.resizes).toMatchObject([{ state: 'RUNNING' }]);
  });

  it('does not wait for a node that has ended', () => {
    const state = draining();
    expect(step(state, seen(state, { dead: ['id-2'] })).state.nodes[2]!.state).toBe('GONE');
  });

  it('counts no time while it is paused, and gives the whole of it from then on', () => {
    const paused = draining({ drainDeadline: NOW }, { resizes: [resize(3, 2, { state: 'PAUSED' })] });
    expect(step(paused).state.nodes[2]).toMatchObject({ state: 'DRAINING', drainDeadline: null });
    const resumed = draining({ drainDeadline: null });
    expect(step(resumed).state.nodes[2]).toMatchObject({ drainDeadline: NOW + LIMITS.drainMs });
  });
});

describe('cancelling', () => {
  const cancelled = { cancelRequested: true };

  it('stops nodes that had not joined yet', () => {
    const state = pool([node(0, 'READY'), node(1, 'STARTING', { address: null })], {
      desiredSize: 2,
      resizes: [resize(1, 2, cancelled)],
    });
    const next = step(state, seen(state, { silent: ['id-1'] }));
    expect(states(next.state)).toEqual(['id-0 READY', 'id-1 GONE']);
    expect(effects(next)).toEqual(['stop id-1']);
    expect(next.state).toMatchObject({ desiredSize: 1, resizes: [{ state: 'CANCELLED' }] });
  });

  it('drains nodes that had joined', () => {
    const state = pool([node(0, 'READY'), node(1, 'READY')], {
      warmedEpoch: 6,
      previousMembers: [['node-0']],
      resizes: [resize(1, 2, cancelled)],
    });
    const next = step(state);
    expect(states(next.state)).toEqual(['id-0 READY', 'id-1 DRAINING']);
    // The ring of one is the present one again, and no previous one.
    expect(next.state).toMatchObject({ epoch: 8, previousMembers: [['node-0', 'node-1']] });
  });

  it('has draining nodes join again at once', () => {
    const state = pool([node(0, 'READY'), node(1, 'DRAINING', { drainDeadline: NOW + 1 })], {
      warmedEpoch: 6,
      previousMembers: [['node-0', 'node-1']],
      resizes: [resize(2, 1, cancelled)],
    });
    const next = step(state);
    expect(states(next.state)).toEqual(['id-0 READY', 'id-1 READY']);
    expect(next.state).toMatchObject({ epoch: 8, desiredSize: 2, previousMembers: [['node-0']] });
    expect(next.state.nodes[1]!.drainDeadline).toBeNull();
  });

  it('replaces a draining node that does not answer when it is to stay', () => {
    const state = pool([node(0, 'READY'), node(1, 'DRAINING', { drainDeadline: NOW + 1 })], {
      warmedEpoch: 6,
      previousMembers: [['node-0', 'node-1']],
      resizes: [resize(2, 1, cancelled)],
    });
    expect(states(step(state, seen(state, { silent: ['id-1'] })).state)).toEqual(['id-0 READY', 'id-1 GONE']);
  });
});

describe('the queue', () => {
  const ready = [node(0, 'READY'), node(1, 'READY')];
  const sizes = ({ resizes }: PoolState) =>
    resizes.map(({ fromSize, toSize, state }: Resize) => `${fromSize} to ${toSize} ${state}`);

  it('is worked off in its order, one at a time', () => {
    const state = pool(ready, { desiredSize: 5, resizes: [resize(2, 3), resize(3, 5, QUEUED)] });
    expect(sizes(step(state).state)).toEqual(['2 to 3 RUNNING', '3 to 5 QUEUED']);
    expect(step(state).effects).toHaveLength(1);
  });

  it.each([
    {
      what: 'the first is cancelled',
      queue: [resize(2, 3, { cancelRequested: true }), resize(3, 5, QUEUED)],
      is: ['2 to 3 CANCELLED', '2 to 5 RUNNING'],
      desired: 5,
    },
    {
      what: 'the last is cancelled',
      queue: [resize(2, 3), resize(3, 5, { ...QUEUED, cancelRequested: true })],
      is: ['2 to 3 RUNNING', '3 to 5 CANCELLED'],
      desired: 3,
    },
    {
      what: 'one between is cancelled',
      queue: [resize(2, 3), resize(3, 5, { ...QUEUED, cancelRequested: true }), resize(5, 4, QUEUED)],
      is: ['2 to 3 RUNNING', '3 to 5 CANCELLED', '3 to 4 QUEUED'],
      desired: 4,
    },
    {
      what: 'all are cancelled',
      queue: [resize(2, 3, { cancelRequested: true }), resize(3, 5, { ...QUEUED, cancelRequested: true })],
      is: ['2 to 3 CANCELLED', '2 to 5 CANCELLED'],
      desired: 2,
    },
    {
      what: 'the first leads nowhere',
      queue: [resize(2, 2), resize(2, 3, QUEUED)],
      is: ['2 to 2 DONE', '2 to 3 QUEUED'],
      desired: 3,
    },
  ])('goes on from where it is when $what', ({ queue, is, desired }) => {
    const next = step(pool(ready, { desiredSize: 5, resizes: queue }));
    expect(sizes(next.state)).toEqual(is);
    expect(next.state.desiredSize).toBe(desired);
  });
});

describe('the rings before', () => {
  it('are three at most, the latest first, none twice, and none that is the present one', () => {
    const state = pool([node(0, 'READY'), node(1, 'READY'), node(2, 'JOINING')], {
      desiredSize: 3,
      warmedEpoch: 3,
      previousMembers: [['node-0', 'node-1', 'node-2'], ['node-1'], ['node-0', 'node-1'], ['node-0'], ['a']],
    });
    expect(step(state).state.previousMembers).toEqual([['node-0', 'node-1'], ['node-1'], ['node-0']]);
  });

  it('stay when a node is ejected before all is copied', () => {
    const state = pool([node(0, 'READY'), node(1, 'READY'), node(2, 'SUSPECT')], {
      warmedEpoch: 6,
      previousMembers: [['node-0', 'node-1']],
    });
    const next = step(state, seen(state, { silent: ['id-2'] }));
    expect(next.state).toMatchObject({ epoch: 8, warmedEpoch: 6, previousMembers: [['node-0', 'node-1']] });
    expect(next.pass?.epoch).toBe(8);
  });
});
