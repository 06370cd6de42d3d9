import { describe, expect, it } from 'vitest';
import { effects, given, node, NOW, pool, resize, seen, states, step } from '../../../test/pool-states.ts';

const GIVEN = { isElastic: false };

describe('given nodes', () => {
  it('are written down as they are listed, and emptied before they join', () => {
    const listed = [0, 1].map((slot) => ({ id: `10.0.0.${slot}`, slot, address: `10.0.0.${slot}:11211` }));
    const state = pool([], { epoch: 0, warmedEpoch: 0 });
    const running = new Map(listed.map((each) => [each.id, each]));
    const first = step(state, seen(state, { running }), GIVEN);
    expect(states(first.state)).toEqual(['10.0.0.0 STARTING', '10.0.0.1 STARTING']);
    expect(first.state.nodes[0]).toMatchObject({ label: '10.0.0.0', address: '10.0.0.0:11211' });
    expect(first.state.desiredSize).toBe(2);
    const second = step(first.state, seen(first.state), GIVEN);
    expect(states(second.state)).toEqual(['10.0.0.0 JOINING', '10.0.0.1 JOINING']);
    expect(effects(second)).toEqual([
      'configure 10.0.0.0',
      'configure 10.0.0.1',
      'empty 10.0.0.0',
      'empty 10.0.0.1',
    ]);
  });

  it('leave the ring when they are silent, stay listed, and are not replaced', () => {
    const state = pool([given(0, 'READY'), given(1, 'SUSPECT')]);
    const running = seen(state).running;
    const next = step(state, seen(state, { silent: ['10.0.0.1'] }), GIVEN);
    expect(states(next.state)).toEqual(['10.0.0.0 READY', '10.0.0.1 GONE']);
    expect(next.state).toMatchObject({ epoch: 8, members: ['10.0.0.0'], desiredSize: 2 });
    expect(next.state.nodes[1]).toMatchObject({ mustBeEmptied: true, configVersion: 0 });
    const later = { ...next.state, nodes: next.state.nodes.map((each) => ({ ...each, stateSince: 0 })) };
    const sight = seen(later, { running, silent: ['10.0.0.1'], configured: new Map([['10.0.0.0', 1]]) });
    expect(states(step(later, sight, GIVEN).state)).toEqual(['10.0.0.0 READY', '10.0.0.1 GONE']);
  });

  it('come back when they answer: emptied, told everything, one epoch later', () => {
    const gone = given(1, 'GONE', { mustBeEmptied: true, configVersion: 0 });
    const state = pool([given(0, 'READY'), gone], { desiredSize: 2 });
    const running = new Map([given(0, 'READY'), gone].map(({ id, slot }) => [id, { id, slot, address: id }]));
    const back = step(state, seen(state, { running }), GIVEN);
    expect(states(back.state)).toEqual(['10.0.0.0 READY', '10.0.0.1 JOINING']);
    expect(effects(back)).toContain('empty 10.0.0.1');
    const told = {
      running,
      configured: new Map([
        ['10.0.0.0', 1],
        ['10.0.0.1', 1],
      ]),
      emptied: new Set(['10.0.0.1']),
    };
    const joined = step(back.state, seen(back.state, told), GIVEN);
    expect(joined.state).toMatchObject({ epoch: 8, members: ['10.0.0.0', '10.0.0.1'] });
    expect(effects(joined)).toEqual([]);
  });

  it('are told the configuration again by each process that begins to look after them', () => {
    const state = pool([given(0, 'READY')]);
    expect(effects(step(state, seen(state), GIVEN))).toEqual(['configure 10.0.0.0']);
    const told = seen(state, { configured: new Map([['10.0.0.0', 1]]) });
    expect(effects(step(state, told, GIVEN))).toEqual([]);
  });

  it('are forgotten when they are not given any more', () => {
    const state = pool([given(0, 'READY'), given(1, 'READY')]);
    const next = step(state, seen(state, { dead: ['10.0.0.1'] }), GIVEN);
    expect(next.state).toMatchObject({ members: ['10.0.0.0'], desiredSize: 1 });
    const later = {
      ...next.state,
      nodes: next.state.nodes.map((each) => ({ ...each, stateSince: NOW - 60_000 })),
    };
    expect(states(step(later, seen(later, { dead: ['10.0.0.1'] }), GIVEN).state)).toEqual(['10.0.0.0 READY']);
  });

  it('are never launched, stopped or resized', () => {
    const state = pool([given(0, 'READY')], { desiredSize: 2, resizes: [resize(1, 2)] });
    const sight = seen(state, { configured: new Map([['10.0.0.0', 1]]) });
    const next = step(state, sight, GIVEN);
    expect(next.state.resizes).toMatchObject([{ state: 'CANCELLED' }]);
    expect(next.state.desiredSize).toBe(1);
    expect(effects(next)).toEqual([]);
  });
});

describe('a pool whose nodes are launched from now on', () => {
  it('lets go of the given ones', () => {
    const state = pool([given(0, 'READY')]);
    const next = step(state, seen(state, { running: new Map() }));
    expect(states(next.state)).toEqual(['10.0.0.0 GONE', 'new-0 STARTING']);
  });
});

describe('a pool whose nodes are given from now on', () => {
  it('lets go of the launched ones', () => {
    const state = pool([node(0, 'READY')]);
    const running = new Map([['10.0.0.0', { id: '10.0.0.0', slot: 0, address: '10.0.0.0:11211' }]]);
    const next = step(state, seen(state, { running }), GIVEN);
    expect(states(next.state)).toEqual(['id-0 GONE', '10.0.0.0 STARTING']);
    expect(next.state.members).toEqual([]);
  });
});
