import { describe, expect, test } from 'vitest';
import { onEveryDatabase } from '../../../test/databases.ts';
import { makeNode } from '../../../test/pool-records.ts';
import { Contention, type Database } from '../../database/database.ts';
import type { PoolState } from './pool-state.ts';
import { testPoolStore } from './pool-store.suite.ts';
import { SqlPoolStore } from './sql-pool-store.ts';

onEveryDatabase((databases) => {
  describe('a pool in the database', () => {
    testPoolStore(async () => {
      let clockMs = 0;
      const location = await databases.locate();
      const open = async () => makeStore(await databases.open(location), () => clockMs);
      return { one: await open(), other: await open(), pass: (ms) => void (clockMs += ms) };
    });

    test('has nothing of a change whose process ended before all was written', async () => {
      const location = await databases.locate();
      const database = await databases.open(location);
      const store = makeStore(database);
      await store.initialise({ desiredSize: 2, capacityMiB: 256 });
      const before = await store.load();
      const crash = makeStore(crashingBeforeCommit(database));
      const change = (state: typeof before) => ({
        state: { ...state, desiredSize: 5, members: ['node-0'] },
        events: [{ at: 1, node: null, text: 'never' }],
      });
      await expect(crash.update(change)).rejects.toThrow('The process ended.');
      const restarted = makeStore(await databases.open(location));
      expect(await restarted.load()).toEqual(before);
      expect(await restarted.events(10)).toEqual([]);
      expect(await restarted.update(change)).toMatchObject({ revision: 2, desiredSize: 5 });
    });

    test('is changed in the end when others come in the way', async () => {
      const database = await databases.open();
      let tries = 0;
      const transaction: Database['transaction'] = async (work) => {
        if (++tries < 4) throw new Contention({ cause: new Error('Deadlock') });
        return await database.transaction(work);
      };
      const store = makeStore({ ...database, transaction });
      await store.initialise({ desiredSize: 1, capacityMiB: 256 });
      expect(await store.update((state) => ({ state: sized(state, 2) }))).toMatchObject({ desiredSize: 2 });
      expect(tries).toBe(4);
    });

    test('is never seen halfway through a change', async () => {
      const location = await databases.locate();
      const writer = makeStore(await databases.open(location));
      const reader = makeStore(await databases.open(location));
      await writer.initialise({ desiredSize: 1, capacityMiB: 256 });
      let isDone = false;
      const writing = (async () => {
        for (let size = 2; size < 40; size++) await writer.update((state) => ({ state: sized(state, size) }));
        isDone = true;
      })();
      while (!isDone) {
        const { desiredSize, nodes } = await reader.load();
        if (desiredSize > 1) expect(nodes).toHaveLength(desiredSize);
      }
      await writing;
    });
  });
});

function makeStore(database: Database, clock = () => 0): SqlPoolStore {
  return new SqlPoolStore({ database, now: Date.now, clock, random: () => 0.5 });
}

function sized(state: PoolState, desiredSize: number): PoolState {
  const nodes = Array.from({ length: desiredSize }, (_, slot) => makeNode({ id: `node ${slot}`, slot }));
  return { ...state, desiredSize, nodes };
}

/** Writes all of a transaction, and ends before it is committed. */
function crashingBeforeCommit(database: Database): Database {
  return {
    ...database,
    transaction: (work) =>
      database.transaction(async (queries) => {
        await work(queries);
        throw new Error('The process ended.');
      }),
  };
}
