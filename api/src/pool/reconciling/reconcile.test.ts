import { describe, expect, it } from 'vitest';
import { effects, node, NOW, pool, seen, states, step, told } from '../../../test/pool-states.ts';

const SECOND = 1_000;

describe('a pool at rest', () => {
  it('is left as it is, the very same', () => {
    const state = pool([node(0, 'READY'), node(1, 'READY')]);
    const next = step(state);
    expect(next.state).toBe(state);
    expect(next.events).toEqual([]);
    expect(next.effects).toEqual([]);
    expect(next.pass).toBeUndefined();
  });
});

describe('the first start', () => {
  it('writes a node down for each slot, and launches it', () => {
    const next = step(pool([], { desiredSize: 2, epoch: 0, warmedEpoch: 0 }));
    expect(states(next.state)).toEqual(['new-0 STARTING', 'new-1 STARTING']);
    expect(next.state.nodes.map(({ label }) => label)).toEqual(['node-0', 'node-1']);
    expect(effects(next)).toEqual(['launch new-0', 'launch new-1']);
  });

  it('has all nodes join in one step, with nothing to copy', () => {
    const state = pool([node(0, 'JOINING'), node(1, 'JOINING')], {
      desiredSize: 2,
      epoch: 0,
      warmedEpoch: 0,
    });
    const next = step(state);
    expect(next.state).toMatchObject({ epoch: 1, warmedEpoch: 1, previousMembers: [] });
    expect(next.state.members).toEqual(['node-0', 'node-1']);
    expect(told(next)).toEqual(['node-0 joined the ring: epoch 1', 'node-1 joined the ring: epoch 1']);
  });

  it('waits a second for nodes that are late, then goes on without them', () => {
    const late = node(1, 'STARTING', { stateSince: NOW - SECOND });
    const fresh = pool([node(0, 'JOINING', { stateSince: NOW - 900 }), late], { desiredSize: 2 });
    const sight = seen(fresh, { silent: ['id-1'], launchedSince: new Map([['id-1', NOW - SECOND]]) });
    expect(states(step(fresh, sight).state)).toEqual(['id-0 JOINING', 'id-1 STARTING']);
    const waited = pool([node(0, 'JOINING', { stateSince: NOW - SECOND }), late], { desiredSize: 2 });
    expect(states(step(waited, sight).state)).toEqual(['id-0 READY', 'id-1 STARTING']);
  });
});

describe('the way of a node into the ring', () => {
  const starting = { address: null, stateSince: NOW, launchedAt: NOW, configVersion: 0 };

  it.each([
    {
      what: 'is launched when nothing runs in its slot',
      launching: {},
      becomes: 'STARTING',
      effect: ['launch id-1'],
    },
    {
      what: 'is not launched twice while a launch is under way',
      launching: { launches: new Map([['id-1', { phase: 'UNDER_WAY', slot: 1 }]] as const) },
      becomes: 'STARTING',
      effect: [],
    },
    {
      what: 'is not launched when it runs already, as after a crash of the api',
      launching: { running: new Map([['id-1', { id: 'id-1', slot: 1, address: 'unix:/node-1' }]]) },
      becomes: 'STARTING',
      effect: [],
    },
    {
      what: 'is not launched while the running nodes are not known',
      launching: { running: undefined },
      becomes: 'STARTING',
      effect: [],
    },
    {
      what: 'is given up when its launch has failed',
      launching: {
        launches: new Map([['id-1', { phase: 'FAILED', slot: 1, reason: 'no memory' }]] as const),
      },
      becomes: 'GONE',
      effect: ['launch new-0'],
    },
    {
      what: 'is given up when it has ended before it answered',
      launching: { ended: new Map([['id-1', 'it ended with code 1']]) },
      becomes: 'GONE',
      effect: ['launch new-0'],
    },
  ])('$what', ({ launching, becomes, effect }) => {
    const state = pool([node(0, 'READY'), node(1, 'STARTING', starting)], { desiredSize: 2 });
    const next = step(state, seen(state, { dead: ['id-1'], launchedSince: new Map(), ...launching }));
    expect(next.state.nodes[1]!.state).toBe(becomes);
    expect(effects(next)).toEqual(effect);
  });

  it('knows its address from the launch', () => {
    const state = pool([node(0, 'READY'), node(1, 'STARTING', starting)], { desiredSize: 2 });
    const launches = new Map([['id-1', { phase: 'LAUNCHED', slot: 1, address: 'unix:/new' }]] as const);
    const sight = seen(state, { launches, silent: ['id-1'] });
    expect(step(state, { ...sight, running: undefined }).state.nodes[1]!.address).toBe('unix:/new');
  });

  it.each([
    { what: 'is told the configuration', changes: { configVersion: 0 }, effect: ['configure id-1'] },
    { what: 'is emptied if it must be', changes: { mustBeEmptied: true }, effect: ['empty id-1'] },
    { what: 'joins when it has been told everything', changes: {}, effect: [] },
  ])('$what', ({ changes, effect }) => {
    const state = pool([node(0, 'READY'), node(1, 'JOINING', { stateSince: NOW, ...changes })], {
      desiredSize: 2,
    });
    const next = step(state);
    expect(effects(next)).toEqual(effect);
    expect(next.state.nodes[1]!.state).toBe(effect.length === 0 ? 'READY' : 'JOINING');
  });

  it('is given up when it is not ready within 30 s, which count from its launch', () => {
    const state = pool([node(0, 'READY'), node(1, 'STARTING', starting)], { desiredSize: 2 });
    const since = (ms: number) =>
      seen(state, { silent: ['id-1'], launchedSince: new Map([['id-1', NOW - ms]]) });
    const old = { ...state, nodes: state.nodes.map((each) => ({ ...each, stateSince: NOW - 3_600_000 })) };
    expect(states(step(old, since(29_999)).state)).toContain('id-1 STARTING');
    const next = step(old, since(30_000));
    expect(states(next.state)).toEqual(['id-0 READY', 'id-1 GONE', 'new-0 STARTING']);
    // It still runs: it is stopped first.
    expect(effects(next)).toEqual(['stop id-1']);
  });

  it('has what it held at other nodes copied to it', () => {
    const state = pool([node(0, 'READY'), node(1, 'JOINING')], { desiredSize: 2 });
    const next = step(state);
    expect(next.state).toMatchObject({ epoch: 8, warmedEpoch: 7, previousMembers: [['node-0']] });
    expect(next.pass).toMatchObject({ epoch: 8, members: ['node-0', 'node-1'] });
    expect(next.pass?.nodes.map(({ label }) => label)).toEqual(['node-0', 'node-1']);
  });
});

describe('a node that fails', () => {
  const suspectFor = (ms: number) =>
    pool([node(0, 'READY'), node(1, 'SUSPECT', { stateSince: NOW - ms })], { desiredSize: 2 });

  it.each([
    {
      what: 'is suspect when it is silent',
      state: pool([node(0, 'READY'), node(1, 'READY')]),
      dead: [],
      is: 'SUSPECT',
    },
    {
      what: 'is suspect when it has ended',
      state: pool([node(0, 'READY'), node(1, 'READY')]),
      dead: ['id-1'],
      is: 'SUSPECT',
    },
    { what: 'stays a member while it is silent for 5 s', state: suspectFor(4_999), dead: [], is: 'SUSPECT' },
    { what: 'is ejected when it has been silent for 5 s', state: suspectFor(5_000), dead: [], is: 'GONE' },
    {
      what: 'stays a member for the second after it has ended',
      state: suspectFor(999),
      dead: ['id-1'],
      is: 'SUSPECT',
    },
    { what: 'is ejected a second after it has ended', state: suspectFor(1_000), dead: ['id-1'], is: 'GONE' },
  ])('$what', ({ state, dead, is }) => {
    const next = step(state, seen(state, { dead, silent: ['id-1'] }));
    expect(next.state.nodes[1]!.state).toBe(is);
    expect(next.state.epoch).toBe(is === 'GONE' ? 8 : 7);
    expect(next.state.members).toEqual(is === 'GONE' ? ['node-0'] : ['node-0', 'node-1']);
  });

  it('is not suspected while nobody knows yet whether it answers', () => {
    const state = pool([node(0, 'READY'), node(1, 'READY')]);
    const sight = seen(state);
    expect(step(state, { ...sight, health: new Map() }).state).toBe(state);
  });

  it('is ready again when it answers again', () => {
    const next = step(suspectFor(4_000));
    expect(states(next.state)).toEqual(['id-0 READY', 'id-1 READY']);
    expect(next.state.epoch).toBe(7);
  });

  it('is told of in plain words', () => {
    const state = pool([node(0, 'READY'), node(1, 'READY')]);
    const ended = new Map([['id-1', 'was ended by SIGKILL']]);
    expect(told(step(state, seen(state, { dead: ['id-1'], ended })))).toEqual([
      'node-1 is suspect: was ended by SIGKILL',
    ]);
    expect(told(step(suspectFor(5_000), seen(suspectFor(5_000), { silent: ['id-1'] })))).toEqual([
      'node-1: it is launched',
      'node-1 left the ring: it has not answered for 5 s: it is silent: epoch 8',
    ]);
  });

  it('is replaced in its slot, once it does not run any more', () => {
    const frozen = step(suspectFor(5_000), seen(suspectFor(5_000), { silent: ['id-1'] }));
    expect(states(frozen.state)).toEqual(['id-0 READY', 'id-1 GONE', 'new-0 STARTING']);
    expect(effects(frozen)).toEqual(['stop id-1']);
    const dead = step(suspectFor(5_000), seen(suspectFor(5_000), { dead: ['id-1'] }));
    expect(effects(dead)).toEqual(['launch new-0']);
  });

  it('leaves nothing that others could copy from', () => {
    const next = step(suspectFor(5_000), seen(suspectFor(5_000), { dead: ['id-1'] }));
    expect(next.state).toMatchObject({ epoch: 8, warmedEpoch: 8, previousMembers: [] });
    expect(next.pass).toBeUndefined();
  });

  it('is emptied when it may have missed deletions and answers', () => {
    const state = pool([node(0, 'READY'), node(1, 'READY', { mustBeEmptied: true })]);
    expect(effects(step(state))).toEqual(['empty id-1']);
    expect(effects(step(state, seen(state, { silent: ['id-1'] })))).toEqual([]);
    const next = step(state, seen(state, { emptied: new Set(['id-1']) }));
    expect(next.state.nodes[1]!.mustBeEmptied).toBe(false);
  });
});

describe('a slot whose nodes fail again and again', () => {
  const gone = (age: number, changes = {}) =>
    node(1, 'GONE', { id: `gone-${age}`, stateSince: NOW - age * SECOND, ...changes });

  it.each([
    { failures: [0], isLaunched: true },
    { failures: [0, 1], isLaunched: false },
    { failures: [1, 2], isLaunched: true },
    { failures: [1, 3, 4], isLaunched: false },
    { failures: [2, 3, 4], isLaunched: true },
    { failures: [15, 16, 17, 18, 19, 20, 21, 22], isLaunched: false },
    { failures: [16, 17, 18, 19, 20, 21, 22, 23], isLaunched: true },
  ])('is filled anew after $failures s: $isLaunched', ({ failures, isLaunched }) => {
    const state = pool([node(0, 'READY'), ...failures.map((age) => gone(age))], { desiredSize: 2 });
    expect(effects(step(state))).toEqual(isLaunched ? ['launch new-0'] : []);
  });

  it('does not count nodes that were asked to go', () => {
    const state = pool([node(0, 'READY'), gone(0), gone(1, { drainDeadline: NOW })], { desiredSize: 2 });
    expect(effects(step(state))).toEqual(['launch new-0']);
  });
});

describe('processes', () => {
  const stray = { id: 'stray', slot: 4, address: 'unix:/stray' };

  it('are stopped when no record wants them', () => {
    const state = pool([node(0, 'READY')]);
    const sight = seen(state);
    const next = step(state, { ...sight, running: new Map([...sight.running!, ['stray', stray]]) });
    expect(effects(next)).toEqual(['stop stray']);
  });

  it('are never launched into a slot where another one runs', () => {
    const state = pool([node(0, 'READY')], { desiredSize: 2 });
    const sight = seen(state);
    const running = new Map([...sight.running!, ['stray', { ...stray, slot: 1 }]]);
    expect(effects(step(state, { ...sight, running }))).toEqual(['stop stray']);
  });

  it('are never more than there may be, those counted that are to be stopped', () => {
    const state = pool([node(0, 'READY')], { desiredSize: 2 });
    const sight = seen(state);
    const running = new Map([...sight.running!, ['stray', stray]]);
    expect(effects(step(state, { ...sight, running }, { maxNodes: 2 }))).toEqual(['stop stray']);
  });

  it('are forgotten a minute after they have gone', () => {
    const ages = [59_999, 60_000].map((age) => node(age, 'GONE', { stateSince: NOW - age }));
    expect(states(step(pool([node(0, 'READY'), ...ages])).state)).toEqual(['id-0 READY', 'id-59999 GONE']);
  });
});

describe('the configuration', () => {
  it('is told to every node that answers and has an older one', () => {
    const nodes = [node(0, 'READY'), node(1, 'READY'), node(2, 'DRAINING', { drainDeadline: NOW + 1 })];
    const state = pool(nodes, { warmedEpoch: 6, previousMembers: [['node-2']] });
    const changed = { ...state, config: { ...state.config, version: 2 } };
    const next = step(changed, seen(changed, { silent: ['id-1'] }));
    expect(effects(next)).toEqual(['configure id-0', 'configure id-2']);
    const later = step(changed, seen(changed, { configured: new Map([['id-0', 2]]) }));
    expect(later.state.nodes.map(({ configVersion }) => configVersion)).toEqual([2, 1, 1]);
  });
});

describe('a node that is about to be taken away', () => {
  const notice = 'EC2 takes its spot instance away within two minutes';
  const noticed = (state: Parameters<typeof seen>[0], id: string) => {
    const sight = seen(state);
    const running = [...sight.running!].map(
      ([key, node]) => [key, key === id ? { ...node, notice } : node] as const,
    );
    return { ...sight, running: new Map(running) };
  };

  it('is drained at once, before it is gone, and not taken back', () => {
    const state = pool([node(0, 'READY'), node(1, 'READY')], { desiredSize: 2 });
    const first = step(state, noticed(state, 'id-1'));
    expect(states(first.state)).toEqual(['id-0 READY', 'id-1 DRAINING']);
    expect(first.state.nodes[1]).toMatchObject({ reason: notice, drainDeadline: NOW + 100_000 });
    expect(first.state).toMatchObject({
      epoch: 8,
      members: ['node-0'],
      previousMembers: [['node-0', 'node-1']],
    });
    expect(told(first)).toContain(`node-1 is drained: ${notice}`);
    const second = step(first.state, noticed(first.state, 'id-1'));
    expect(states(second.state)).toEqual(['id-0 READY', 'id-1 DRAINING']);
    expect(states(step(first.state, seen(first.state, { running: undefined })).state)).toContain(
      'id-1 DRAINING',
    );
    const copied = { ...first.state, warmedEpoch: 8 };
    const third = step(copied, noticed(copied, 'id-1'));
    expect(effects(third)).toContain('stop id-1');
    const gone = step(third.state, seen(third.state, { dead: ['id-1'] }));
    expect(states(gone.state)).toContain('new-0 STARTING');
    expect(gone.state.nodes.at(-1)).toMatchObject({ slot: 1, label: 'node-1' });
  });

  it('stays while there is no other one for its entries', () => {
    const state = pool([node(0, 'READY')]);
    expect(states(step(state, noticed(state, 'id-0')).state)).toEqual(['id-0 READY']);
  });
});

it('a node that is given up because it takes too long has its last words told', () => {
  const state = pool([node(0, 'READY'), node(1, 'STARTING')], { desiredSize: 2 });
  const lastWords = new Map([['id-1', 'dnf: no route to host']]);
  const next = step(state, seen(state, { silent: ['id-1'], lastWords }));
  expect(told(next)).toContain(
    'node-1 is gone: it was not ready within 30 s; the last that it told: dnf: no route to host',
  );
});
