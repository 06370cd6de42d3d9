import { describe, expect, test } from 'vitest';
import { makeNode, makeResize } from '../../test/pool-records.ts';
import type { PoolMode } from '../scaling/scaling.type.ts';
import { MemoryPoolStore } from './state/memory-pool-store.ts';
import { PoolService } from './pool-service.ts';
import type { NodeReport } from './pool-view.ts';

const NOW = 1_700_000_000_000;
const PERSON = 'OPERATOR';
const AUTOSCALER = 'AUTOSCALER';
const COUNTERS = {
  items: 0,
  bytes: 0,
  capacityBytes: 0,
  connections: 0,
  hits: 0,
  misses: 0,
  sets: 0,
  evictions: 0,
  bytesIn: 0,
  bytesOut: 0,
};

describe('the configuration of the cache', () => {
  test('is changed in what is given, once', async () => {
    const { service, kicks, texts } = await open();
    const { config } = await service.setCacheConfig({ capacityMiB: 64, evictionPolicy: null });
    expect(config).toEqual({ capacityMiB: 64, evictionPolicy: 'lru', copyLimitMiBps: 64, version: 2 });
    expect((await service.setCacheConfig({ capacityMiB: 64 })).config).toEqual(config);
    expect(await texts()).toEqual(['Capacity per node set from 256 to 64 MiB']);
    expect(kicks()).toBe(2);
  });

  test('is refused with all faults at once', async () => {
    const { service } = await open();
    await expect(service.setCacheConfig({ capacityMiB: 15, copyLimitMiBps: 10_001 })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message:
        'capacityMiB must be a whole number from 16 to 65,536, not 15; ' +
        'copyLimitMiBps must be a whole number from 1 to 10,000, not 10001.',
    });
    await expect(service.setCacheConfig({ capacityMiB: null })).rejects.toMatchObject({
      message: 'Give at least one of capacityMiB, evictionPolicy and copyLimitMiBps.',
    });
  });

  test('of plain memcacheds has no eviction policy to choose', async () => {
    const reports = new Map([['cache:11211', { counters: COUNTERS, evictionPolicy: undefined }]]);
    const { service } = await open({ fixedReason: 'They are given.', reports });
    await expect(service.setCacheConfig({ capacityMiB: 64, evictionPolicy: 'sieve' })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('plain memcached'),
    });
    const { config } = await service.setCacheConfig({ capacityMiB: 64, evictionPolicy: 'lru' });
    expect(config).toMatchObject({ capacityMiB: 64, version: 2 });
  });
});

describe('the size of the pool', () => {
  test('is asked for by a person in the mode MANUAL', async () => {
    const { service, texts } = await open();
    const { desiredSize, queuedResizes, resize } = await service.resize(3, PERSON);
    expect({ desiredSize, resize }).toEqual({ desiredSize: 3, resize: undefined });
    expect(queuedResizes).toMatchObject([{ fromSize: 2, toSize: 3, state: 'QUEUED', requestedAt: NOW }]);
    expect((await service.resize(3, PERSON)).queuedResizes).toHaveLength(1);
    expect(await texts()).toEqual(['Resize from 2 to 3 asked for by a person']);
    await expect(service.resize(4, AUTOSCALER)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('is asked for by the autoscaler alone in the mode AUTO', async () => {
    const { service, texts } = await open({ mode: 'AUTO' });
    await expect(service.resize(3, PERSON)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'The pool is in the mode AUTO: the autoscaler sets its size. Set the mode MANUAL first.',
    });
    expect(await service.resize(3, AUTOSCALER)).toMatchObject({ desiredSize: 3 });
    expect(await texts()).toEqual(['Resize from 2 to 3 asked for by the autoscaler']);
  });

  test.each([0, 9, -1, 1.5, NaN])('can not be %s', async (size) => {
    const { service } = await open();
    await expect(service.resize(size, PERSON)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: `size must be a whole number from 1 to 8, not ${size}.`,
    });
  });

  test('is fixed where the nodes are given', async () => {
    const { service } = await open({ fixedReason: 'The nodes are given by CACHE_NODES.' });
    const refusal = { code: 'CONFLICT', message: 'The nodes are given by CACHE_NODES.' };
    await expect(service.resize(3, PERSON)).rejects.toMatchObject(refusal);
    expect(await service.snapshot()).toMatchObject({ isElastic: false, fixedReason: refusal.message });
  });
});

describe('a resize', () => {
  test('that was cancelled can be cancelled again, one that was done can not', async () => {
    const { service, store } = await open();
    await store.update((state) => ({
      state: {
        ...state,
        resizes: [
          makeResize({ id: 'cancelled', state: 'CANCELLED', finishedAt: NOW }),
          makeResize({ id: 'done', state: 'DONE', finishedAt: NOW }),
          makeResize({ id: 'running', state: 'RUNNING' }),
        ],
      },
    }));
    expect(await service.cancelResize('cancelled')).toMatchObject({ resize: { id: 'running' } });
    await expect(service.cancelResize('done')).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'The resize with the id done is finished: it is DONE.',
    });
    await expect(service.cancelResize('other')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await service.pauseResize()).resize).toMatchObject({ state: 'PAUSED' });
    expect((await service.resumeResize()).resize).toMatchObject({ state: 'RUNNING' });
    expect((await service.cancelResize()).resize).toMatchObject({ cancelRequested: true });
  });
});

test('the cache is cleared before it is told of, and each time', async () => {
  const calls: string[] = [];
  const { service, texts } = await open({ clearEntries: async () => void calls.push('cleared') });
  await service.clearCache();
  await service.clearCache();
  expect(calls).toEqual(['cleared', 'cleared']);
  expect(await texts()).toEqual(['The cache was cleared', 'The cache was cleared']);
});

test('launched nodes are shown for a minute after they are gone, given ones always', async () => {
  const { service, store } = await open();
  const gone = (id: string, label: string, agoMs: number) =>
    makeNode({ id, label, state: 'GONE', stateSince: NOW - agoMs });
  await store.update((state) => ({
    state: {
      ...state,
      nodes: [
        gone('long gone', 'node-0', 60_000),
        gone('just gone', 'node-0', 59_999),
        gone('given:1', 'given:1', 1e9),
      ],
    },
  }));
  const { nodes } = await service.snapshot();
  expect(nodes.map(({ id }) => id)).toEqual(['given:1', 'just gone']);
});

async function open({
  mode = 'MANUAL',
  fixedReason,
  reports = new Map(),
  clearEntries = async () => {},
}: {
  mode?: PoolMode;
  fixedReason?: string;
  reports?: ReadonlyMap<string, NodeReport>;
  clearEntries?: () => Promise<void>;
} = {}) {
  const store = new MemoryPoolStore({ now: () => NOW, clock: () => 0 });
  await store.initialise({ desiredSize: 2, capacityMiB: 256 });
  let kicks = 0;
  let ids = 0;
  const service = new PoolService({
    store,
    view: {
      isElastic: fixedReason === undefined,
      fixedReason,
      reports: async () => reports,
      ringShares: () => new Map(),
      copiedBytesPerSecond: () => undefined,
    },
    readMode: async () => mode,
    maxNodes: 8,
    now: () => NOW,
    newId: () => `id ${++ids}`,
    clearEntries,
    kick: () => kicks++,
  });
  const texts = async () => (await store.events(10)).map(({ text }) => text);
  return { service, store, texts, kicks: () => kicks };
}
