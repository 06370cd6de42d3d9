import { beforeEach, describe, expect, test } from 'vitest';
import { makeNode, makeResize } from '../../../test/pool-records.ts';
import type { FirstSettings } from './next-state.ts';
import type { PoolState } from './pool-state.ts';
import { LeaseLost, type PoolStore } from './pool-store.ts';

/** A pool that is written down nowhere yet, and two processes' ways to it. */
export interface TestPoolStores {
  readonly one: PoolStore & Initialised;
  readonly other: PoolStore & Initialised;
  /** Lets time go by on the steady clocks of both. */
  pass(ms: number): void;
}

interface Initialised {
  initialise(settings: FirstSettings): Promise<void>;
}

const TTL_MS = 5000;

/** What every store of the pool must show. */
export function testPoolStore(open: () => Promise<TestPoolStores>): void {
  let stores: TestPoolStores;
  let one: TestPoolStores['one'];
  let other: TestPoolStores['other'];
  beforeEach(async () => {
    stores = await open();
    ({ one, other } = stores);
    await one.initialise({ desiredSize: 2, capacityMiB: 256 });
  });

  describe('the first state', () => {
    test('is what the settings say, and only the first start writes it', async () => {
      await Promise.all([one, other].map((store) => store.initialise({ desiredSize: 3, capacityMiB: 64 })));
      const first: PoolState = {
        revision: 1,
        desiredSize: 2,
        epoch: 0,
        members: [],
        previousMembers: [],
        warmedEpoch: 0,
        config: { capacityMiB: 256, evictionPolicy: 'lru', copyLimitMiBps: 64, version: 1 },
        nodes: [],
        resizes: [],
      };
      expect(await one.load()).toEqual(first);
      expect(await other.load()).toEqual(first);
      expect(await other.revision()).toBe(1);
      expect(await other.events(10)).toEqual([]);
      expect(await other.finishedResizes(10)).toEqual([]);
    });
  });

  describe('a change', () => {
    test('of everything is read back as it was written, by others too', async () => {
      const changed = fullState();
      const after = await one.update(() => ({ state: changed }));
      expect(after).toEqual({ ...changed, revision: 2 });
      expect(await one.load()).toEqual(after);
      expect(await other.load()).toEqual(after);
      expect(await other.revision()).toBe(2);
    });

    test('of some nodes and resizes leaves the others alone', async () => {
      const { nodes, resizes } = await one.update(() => ({ state: fullState() }));
      const changed = {
        ...nodes[1]!,
        state: 'GONE' as const,
        reason: 'it was stopped',
        mustBeEmptied: false,
      };
      const added = makeNode({ id: 'added', slot: 1 });
      const after = await other.update((state) => ({
        state: { ...state, nodes: [added, nodes[0]!, changed], resizes: [resizes[1]!, resizes[0]!] },
      }));
      expect(after.nodes).toEqual([nodes[0], added, changed]);
      expect(after.resizes).toEqual([resizes[1], resizes[0]]);
      expect(await one.load()).toEqual(after);
    });

    test('that changes nothing leaves the revision as it is', async () => {
      const state = await one.update(() => ({ state: fullState() }));
      expect(await one.update(() => undefined)).toEqual(state);
      expect(await one.update((now) => ({ state: { ...now, nodes: now.nodes.toReversed() } }))).toEqual(
        state,
      );
      expect(await other.revision()).toBe(2);
    });

    test('that throws changes nothing', async () => {
      const change = () => {
        throw new Error('No.');
      };
      await expect(one.update(change)).rejects.toThrow('No.');
      expect(await other.revision()).toBe(1);
      await other.update((state) => ({ state: { ...state, desiredSize: 3 } }));
      expect(await one.load()).toMatchObject({ revision: 2, desiredSize: 3 });
    });

    test('never gets lost among those of others at the same time', async () => {
      const grow = (store: PoolStore, index: number) =>
        store.update((state) => ({
          state: {
            ...state,
            epoch: state.epoch + 1,
            nodes: [...state.nodes, makeNode({ id: `node ${index}`, slot: state.nodes.length })],
          },
          events: [{ at: index, node: null, text: `epoch ${state.epoch + 1}` }],
        }));
      await Promise.all(Array.from({ length: 30 }, (_, index) => grow(index % 2 ? one : other, index)));
      const { epoch, revision, nodes } = await one.load();
      expect([epoch, revision]).toEqual([30, 31]);
      expect(nodes.map(({ slot }) => slot)).toEqual(Array.from({ length: 30 }, (_, slot) => slot));
      const texts = (await other.events(100)).map(({ text }) => text);
      expect(texts).toEqual(Array.from({ length: 30 }, (_, index) => `epoch ${30 - index}`));
    });
  });

  describe('the history', () => {
    test('has what happened, the latest first, in the order of the changes and not of the clocks', async () => {
      await one.update((state) => ({ state, events: [event('first', 9_000), event('second', 1_000)] }));
      await other.update((state) => ({ state, events: [{ at: 5, node: 'node-0', text: 'third: é 🐟' }] }));
      const events = await one.events(10);
      expect(events.map(({ text }) => text)).toEqual(['third: é 🐟', 'second', 'first']);
      expect(events[0]).toEqual({ id: expect.any(String), at: 5, node: 'node-0', text: 'third: é 🐟' });
      expect(await one.events(2)).toEqual(events.slice(0, 2));
      expect(await one.revision()).toBe(3);
    });

    test('is bounded', async () => {
      for (let from = 0; from < 1200; from += 400) {
        const events = Array.from({ length: 400 }, (_, index) => event(`event ${from + index}`, from));
        await one.update((state) => ({ state, events }));
      }
      const events = await one.events(2000);
      expect(events).toHaveLength(1000);
      expect(events[0]!.text).toBe('event 1199');
      expect(events[999]!.text).toBe('event 200');
    });

    test('takes resizes that are finished, the latest first', async () => {
      await one.update((state) => ({
        state: { ...state, resizes: ['a', 'b', 'c'].map((id) => makeResize({ id })) },
      }));
      const finish = (id: string, finishedAt: number, outcome: 'DONE' | 'CANCELLED' | 'FAILED') =>
        one.update((state) => ({
          state: {
            ...state,
            resizes: state.resizes.map((other) =>
              other.id === id ? { ...other, state: outcome, finishedAt } : other,
            ),
          },
        }));
      await finish('a', 2000, 'DONE');
      const after = await finish('c', 1000, 'CANCELLED');
      expect(after.resizes.map(({ id }) => id)).toEqual(['b']);
      expect((await other.load()).resizes.map(({ id }) => id)).toEqual(['b']);
      expect((await other.finishedResizes(10)).map(({ id }) => id)).toEqual(['a', 'c']);
      await finish('b', 3000, 'FAILED');
      const [latest] = await other.finishedResizes(1);
      expect(latest).toEqual(makeResize({ id: 'b', state: 'FAILED', finishedAt: 3000 }));
    });
  });

  describe('the lease', () => {
    test('has one holder, who takes it again at once', async () => {
      const taken = await Promise.all([one.lead('one', TTL_MS), other.lead('other', TTL_MS)]);
      expect(taken.filter(Boolean)).toHaveLength(1);
      const [leader, follower] = taken[0] ? ['one', 'other'] : ['other', 'one'];
      expect(await one.lead(leader!, TTL_MS)).toBe(true);
      // As a restarted process does that goes by the same name.
      expect(await other.lead(leader!, TTL_MS)).toBe(true);
      expect(await other.lead(follower!, TTL_MS)).toBe(false);
    });

    test('stays with a holder who renews it', async () => {
      await one.lead('one', TTL_MS);
      for (let second = 0; second < 20; second++) {
        stores.pass(1000);
        expect(await one.lead('one', TTL_MS)).toBe(true);
        expect(await other.lead('other', TTL_MS)).toBe(false);
      }
    });

    test('is taken over when it has stood still for its time, and then the old holder can write no more', async () => {
      await one.lead('one', TTL_MS);
      expect(await other.lead('other', TTL_MS)).toBe(false);
      stores.pass(TTL_MS - 1);
      expect(await other.lead('other', TTL_MS)).toBe(false);
      // Late, but nobody else leads yet.
      await one.update((state) => ({ state: { ...state, desiredSize: 3 } }), 'one');
      stores.pass(1);
      expect(await other.lead('other', TTL_MS)).toBe(true);
      const change = (state: PoolState) => ({ state: { ...state, desiredSize: 4 } });
      await expect(one.update(change, 'one')).rejects.toBeInstanceOf(LeaseLost);
      await expect(one.update(() => undefined, 'one')).rejects.toBeInstanceOf(LeaseLost);
      expect(await one.lead('one', TTL_MS)).toBe(false);
      expect(await one.load()).toMatchObject({ desiredSize: 3 });
      expect(await other.update(change, 'other')).toMatchObject({ desiredSize: 4 });
    });

    test('is free as soon as it was given back', async () => {
      await one.lead('one', TTL_MS);
      await other.resign('other');
      expect(await other.lead('other', TTL_MS)).toBe(false);
      await one.resign('one');
      await expect(one.update(() => undefined, 'one')).rejects.toBeInstanceOf(LeaseLost);
      expect(await other.lead('other', TTL_MS)).toBe(true);
      expect(await one.lead('one', TTL_MS)).toBe(false);
    });

    test('is asked for by nobody who changes the state as a follower', async () => {
      await one.lead('one', TTL_MS);
      expect(await other.update((state) => ({ state: { ...state, desiredSize: 5 } }))).toMatchObject({
        desiredSize: 5,
      });
      await expect(other.update(() => undefined, 'other')).rejects.toBeInstanceOf(LeaseLost);
    });
  });
}

/** A state in which every field holds something. */
function fullState(): PoolState {
  return {
    revision: 1,
    desiredSize: 4,
    epoch: 7,
    members: ['node-0', 'node-1', '[::1]:11211'],
    previousMembers: [['node-0'], ['node-0', 'node-1']],
    warmedEpoch: 6,
    config: { capacityMiB: 65_536, evictionPolicy: 's3-fifo', copyLimitMiBps: 10_000, version: 12 },
    nodes: [
      makeNode({ id: 'cache.example:11300', label: 'cache.example:11300', address: 'cache.example:11300' }),
      makeNode({
        id: '0198c5a0-0000-7000-8000-000000000001',
        slot: 2,
        label: 'node-2',
        address: 'unix:/tmp/Bücher/node-2.sock',
        state: 'DRAINING',
        reason: 'it was ended by SIGKILL: “no memory” 🐟',
        stateSince: 1_700_000_000_123,
        launchedAt: 1_700_000_000_001,
        drainDeadline: 1_700_000_060_123,
        configVersion: 11,
        mustBeEmptied: true,
      }),
    ],
    resizes: [
      makeResize({
        id: '0198c5a0-0000-7000-8000-000000000003',
        state: 'PAUSED',
        reason: 'it is paused',
        startedAt: 1_700_000_000_001,
        cancelRequested: true,
        entriesTotal: 1_204,
        bytesTotal: 5_000_000_000_000,
        entriesCopied: 7,
        bytesCopied: 4_999_999_999_999,
      }),
      makeResize({ id: '0198c5a0-0000-7000-8000-000000000002', fromSize: 3, toSize: 4 }),
    ],
  };
}

function event(text: string, at: number) {
  return { at, node: null, text };
}
