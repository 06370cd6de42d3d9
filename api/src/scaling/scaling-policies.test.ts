import { expect, test } from 'vitest';
import { onEveryDatabase } from '../../test/databases.ts';
import type { Database } from '../database/database.ts';
import { MemoryPoolStore } from '../pool/state/memory-pool-store.ts';
import { ScalingPolicies } from './scaling-policies.ts';

const NOW = Date.UTC(2026, 1, 3);

onEveryDatabase((databases) => {
  test('the scaling policy is as it comes until it is changed, and then as it was changed', async () => {
    const location = await databases.locate();
    const { policies } = await open(await databases.open(location));
    const first = await policies.read();
    expect(first).toEqual({
      mode: 'MANUAL',
      maxMissRate: 0.2,
      minMissRate: 0.05,
      expandRatio: 1.5,
      shrinkRatio: 0.75,
      minNodes: 1,
      maxNodes: 8,
      cooldownSeconds: 180,
      flapWindowMinutes: 30,
      updatedAt: null,
    });
    const changed = await policies.change({ mode: 'AUTO', maxMissRate: 0.31, minNodes: 2, maxNodes: null });
    expect(changed).toEqual({
      ...first,
      mode: 'AUTO',
      maxMissRate: 0.31,
      minNodes: 2,
      updatedAt: new Date(NOW),
    });
    const restarted = await open(await databases.open(location));
    expect(await restarted.policies.read()).toEqual(changed);
  });

  test('a change is told of in the history, and only if it changes something', async () => {
    const { policies, texts } = await open(await databases.open());
    const first = await policies.change({ mode: 'MANUAL', maxNodes: 8 });
    expect(first.updatedAt).toBe(null);
    const second = await policies.change({ mode: 'AUTO', cooldownSeconds: 0 });
    expect(await policies.change({ mode: 'AUTO', cooldownSeconds: 0 })).toEqual(second);
    expect(await texts()).toEqual([
      'Scaling policy changed: mode from MANUAL to AUTO, cooldownSeconds from 180 to 0',
    ]);
  });

  test('changes of different settings at the same time are all kept', async () => {
    const location = await databases.locate();
    const one = await open(await databases.open(location));
    const other = await open(await databases.open(location));
    await Promise.all([
      one.policies.change({ maxMissRate: 0.5 }),
      other.policies.change({ minMissRate: 0.1 }),
      one.policies.change({ minNodes: 3 }),
      other.policies.change({ mode: 'AUTO' }),
    ]);
    expect(await one.policies.read()).toMatchObject({
      mode: 'AUTO',
      maxMissRate: 0.5,
      minMissRate: 0.1,
      minNodes: 3,
    });
  });

  test('the scaling policy stays within the bound of the pool when that becomes lower', async () => {
    const location = await databases.locate();
    await (await open(await databases.open(location))).policies.change({ minNodes: 5, maxNodes: 7 });
    const { policies } = await open(await databases.open(location), { maxNodes: 4 });
    expect(await policies.read()).toMatchObject({ minNodes: 3, maxNodes: 4 });
    expect(await policies.change({ mode: 'AUTO' })).toMatchObject({ mode: 'AUTO', maxNodes: 4 });
  });

  test('the scaling policy of a pool whose nodes are given is never AUTO', async () => {
    const fixedReason = 'The nodes are given by CACHE_NODES.';
    const { policies, texts } = await open(await databases.open(), { fixedReason });
    await expect(policies.change({ mode: 'AUTO' })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: "The pool can't be in the mode AUTO. The nodes are given by CACHE_NODES.",
    });
    expect(await policies.change({ mode: 'MANUAL', minNodes: 2 })).toMatchObject({ minNodes: 2 });
    expect(await texts()).toEqual(['Scaling policy changed: minNodes from 1 to 2']);
  });
});

async function open(
  database: Database,
  { maxNodes = 8, fixedReason }: { maxNodes?: number; fixedReason?: string } = {},
) {
  const store = new MemoryPoolStore({ now: () => NOW, clock: () => 0 });
  await store.initialise({ desiredSize: 2, capacityMiB: 64 });
  const policies = new ScalingPolicies({
    database,
    store,
    maxNodes,
    fixedReason,
    now: () => NOW,
    random: () => 0.5,
    kick: () => {},
  });
  return { policies, texts: async () => (await store.events(10)).map(({ text }) => text) };
}
