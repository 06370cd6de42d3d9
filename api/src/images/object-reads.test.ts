import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CountingStore } from '../../test/counting-store.ts';
import { Gate, Pace, readImage } from '../../test/read-image.ts';
import { BodyBudget } from '../pool/nodes/body-budget.ts';
import { PoolCache } from '../pool/routing/pool-cache.ts';
import { Ring } from '../pool/routing/ring.ts';
import { renderVariant } from './decoding/render-variant.ts';
import { ImageReader, type ObjectReadLimits } from './image-reader.ts';
import { newReadCounters } from './read-counters.ts';

const MIB = 2 ** 20;
const PATIENCE = { timeout: 15_000, interval: 5 };

/** A pool all of whose nodes are gone. */
const NO_NODES = new PoolCache(() => ({
  ring: new Ring([]),
  previous: [],
  clients: new Map(),
  allClients: [],
}));

describe('reads of the object store', () => {
  let objects: CountingStore;

  beforeEach(() => {
    objects = new CountingStore();
  });

  afterEach(() => vi.useRealTimers());

  it('are bounded, wait in order, and are refused when too many wait', async () => {
    const reader = readerOf({ shared: 4, waiting: 8 });
    const images = Array.from({ length: 20 }, () => objects.add(10_000));
    const gate = new Gate();
    objects.beforeEnd = () => gate.passed;
    let refusedCount = 0;
    const reads = images.map(async (image) => {
      const outcome = await readImage(reader, image);
      if (outcome.error?.code === 'UNAVAILABLE') refusedCount++;
      return outcome;
    });
    await vi.waitUntil(() => refusedCount === 8 && objects.openCount === 4, PATIENCE);
    gate.open();
    const outcomes = await Promise.all(reads);
    expect(outcomes.slice(0, 12).every(({ error }) => error === undefined)).toBe(true);
    expect(refusedCount).toBe(8);
    expect(objects.mostOpen).toBe(4);
    expect((await readImage(reader, images.at(-1)!)).error).toBeUndefined();
  });

  it.each([
    ['that is not there', (store: CountingStore) => store.remove],
    ['while the store is down', (store: CountingStore) => () => void (store.isDown = true)],
    ['that is damaged', (store: CountingStore) => () => void (store.damage = (bytes) => bytes.subarray(1))],
  ])('give their turn back after reading what %s', async (_, trouble) => {
    const reader = readerOf({ shared: 1, alone: 1, waiting: 0 });
    const image = objects.add(100_000);
    trouble(objects).call(objects, image);
    for (let i = 0; i < 3; i++) expect((await readImage(reader, image)).error).toBeDefined();
    objects.isDown = false;
    objects.damage = (bytes) => bytes;
    expect((await readImage(reader, objects.add(1_000))).error).toBeUndefined();
  });

  it('that go alone keep only each other waiting', async () => {
    const limits = { shared: 1, alone: 1 };
    // No memory to share bodies in: every read goes alone.
    const reader = readerOf(limits, new BodyBudget(0));
    const [slow, quick] = [objects.add(2 * MIB), objects.add(MIB)];
    const pace = new Pace();
    const slowRead = readImage(reader, slow, { pace });
    await vi.waitUntil(() => pace.isWaiting, PATIENCE);
    const waiting = readImage(reader, quick);
    await vi.waitUntil(() => objects.reads === 3, PATIENCE);
    pace.release();
    expect((await slowRead).bytes.equals(objects.bytesOf(slow))).toBe(true);
    expect((await waiting).bytes.equals(objects.bytesOf(quick))).toBe(true);
  });

  it('give their turn back when the reader goes away, waiting or served', async () => {
    const reader = readerOf({ shared: 1, alone: 1, waiting: 1 }, new BodyBudget(0));
    const paces = [new Pace(), new Pace()];
    const image = objects.add(2 * MIB);
    void readImage(reader, image, { pace: paces[0]! });
    await vi.waitUntil(() => paces[0]!.isWaiting, PATIENCE);
    paces[0]!.reading!.cancel();
    expect((await readImage(reader, image)).error).toBeUndefined();
    await vi.waitUntil(() => objects.openCount === 0, PATIENCE);
  });

  it('are refused at once while the store is silent, but for one that tries', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const counters = newReadCounters();
    const reader = readerOf({}, new BodyBudget(MIB), counters);
    objects.isSilent = true;
    const first = readImage(reader, objects.add(1_000));
    await asked(1);
    await vi.advanceTimersByTimeAsync(6_000);
    expect((await first).error?.code).toBe('UNAVAILABLE');

    const tried = readImage(reader, objects.add(1_000));
    await asked(2);
    for (let i = 0; i < 20; i++) {
      expect((await readImage(reader, objects.add(1_000))).error?.code).toBe('UNAVAILABLE');
    }
    expect(objects.reads).toBe(2);
    objects.speak();
    expect((await tried).error).toBeUndefined();
    expect((await readImage(reader, objects.add(1_000))).error).toBeUndefined();
    expect(counters.objectReads).toBe(3);
  });

  it('fail when the store stops in the middle', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const reader = readerOf({ shared: 1, waiting: 0 });
    const image = objects.add(200_000);
    const stalled = new Readable({ read() {} });
    stalled.push(objects.bytesOf(image).subarray(0, 1_000));
    vi.spyOn(objects, 'get').mockResolvedValueOnce({
      sizeBytes: 200_000,
      contentType: 'image/jpeg',
      sha256: '',
      stream: stalled,
    });
    const stuck = readImage(reader, image);
    await vi.waitUntil(() => stalled.readableFlowing !== null || stalled.readableDidRead);
    await vi.advanceTimersByTimeAsync(11_000);
    expect((await stuck).error?.code).toBe('UNAVAILABLE');
    expect((await readImage(reader, objects.add(1_000))).error).toBeUndefined();
  });

  async function asked(count: number): Promise<void> {
    while (objects.reads < count) await new Promise((resolve) => setImmediate(resolve));
  }

  function readerOf(
    limits: Partial<ObjectReadLimits>,
    budget = new BodyBudget(48 * MIB),
    counters = newReadCounters(),
  ): ImageReader {
    return new ImageReader({ cache: NO_NODES, objects, budget, render: renderVariant, limits, counters });
  }
});
