import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CountingStore } from '../../test/counting-store.ts';
import { Gate, readImage } from '../../test/read-image.ts';
import { TestPool, type TestNode } from '../../test/test-pool.ts';
import { BodyBudget } from '../pool/nodes/body-budget.ts';
import type { Miss } from '../pool/nodes/entry-read.ts';
import { entryName, entryNamesOfVersion } from './entry-name.ts';
import { ImageReader } from './image-reader.ts';
import type { ImageName } from './image-reading.ts';
import { newReadCounters, type ReadCounters } from './read-counters.ts';

const MIB = 2 ** 20;
const PATIENCE = { timeout: 15_000, interval: 5 };

describe('a flight', () => {
  let pool: TestPool;
  let before: TestNode;
  let now: TestNode;
  let budget: BodyBudget;
  let objects: CountingStore;
  let counters: ReadCounters;
  let reader: ImageReader;

  beforeEach(async () => {
    budget = new BodyBudget(48 * MIB);
    pool = await TestPool.open(2, { budget, client: { readPatienceMs: 2_000, readSilenceMs: 4_000 } });
    [before, now] = pool.nodes as [TestNode, TestNode];
    objects = new CountingStore();
    counters = newReadCounters();
    const render = async () => ({ bytes: Buffer.from('rendering'), contentType: 'image/webp' });
    reader = new ImageReader({ cache: pool.cache, objects, budget, counters, render });
  });

  afterEach(async () => {
    await pool.close();
    // Whatever has happened, nothing is held any longer.
    expect(budget.usedBytes).toBe(0);
  });

  it('brings what has moved from its previous owner, and fills the owner', async () => {
    const images = [objects.add(1_000), objects.add(2 * MIB)];
    for (const image of images) await fillAndMove(image);
    for (const image of images) {
      const outcomes = await Promise.all(Array.from({ length: 10 }, () => readImage(reader, image)));
      for (const { bytes } of outcomes) expect(bytes.equals(objects.bytesOf(image))).toBe(true);
      await filled(image);
    }
    expect(counters).toEqual({ objectReads: 2, previousOwnerReads: 2 });
    expect(objects.reads).toBe(2);
  });

  it('does not wait for whoever copies an entry while a previous owner has it', async () => {
    const image = objects.add(50_000);
    await fillAndMove(image);
    await takeLease(image);
    const outcome = await readImage(reader, image);
    expect(outcome.bytes.equals(objects.bytesOf(image))).toBe(true);
    expect(counters).toEqual({ objectReads: 1, previousOwnerReads: 1 });
    expect(await reader.probe(image)).toBeUndefined();
  });

  it('renders no variant that a previous owner has', async () => {
    const variant = { ...objects.add(50_000), variant: { width: 64, format: 'webp' } } as const;
    await fillAndMove(variant);
    await pool.clientOf(before).delete([entryName(variant.keyHash, variant.version)]);
    objects.isDown = true;
    expect((await readImage(reader, variant)).bytes.toString()).toBe('rendering');
  });

  it('serves nobody who comes after a deletion by what was read before it', async () => {
    const image = objects.add(200_000);
    const bytes = objects.bytesOf(image);
    const names = entryNamesOfVersion(image.keyHash, image.version);
    const gate = new Gate();
    objects.beforeEnd = () => gate.passed;
    const early = readImage(reader, image);
    await vi.waitUntil(() => objects.reads === 1, PATIENCE);
    const joined = readImage(reader, image);
    await pool.cache.delete(names);
    objects.remove(image);
    await pool.cache.delete(names);
    reader.forget(image.keyHash, [image.version]);
    expect((await readImage(reader, image)).error?.code).toBe('NOT_FOUND');
    gate.open();
    for (const outcome of [await early, await joined]) expect(outcome.bytes.equals(bytes)).toBe(true);
    expect((await readImage(reader, image)).error?.code).toBe('NOT_FOUND');
    expect(await reader.probe(image)).toBeUndefined();
  });

  it('is not joined any more when everything is forgotten, by readers of variants neither', async () => {
    const image = objects.add(200_000);
    const variant = { ...image, variant: { width: 64, format: 'webp' } } as const;
    const gate = new Gate();
    objects.beforeEnd = () => gate.passed;
    const early = readImage(reader, variant);
    await vi.waitUntil(() => objects.reads === 1, PATIENCE);
    objects.remove(image);
    await pool.cache.clear();
    reader.forgetAll();
    expect((await readImage(reader, variant)).error?.code).toBe('NOT_FOUND');
    gate.open();
    expect((await early).error).toBeUndefined();
  });

  it('takes no lease that was won after its bytes were asked for', async () => {
    const image = objects.add(200_000);
    const gate = new Gate();
    objects.beforeEnd = () => gate.passed;
    const { routing } = pool;
    pool.routing = { ...routing, clients: new Map() };
    const early = readImage(reader, image);
    await vi.waitUntil(() => objects.reads === 1, PATIENCE);
    // Another replica of the api deletes the image, and this one does not hear of it.
    objects.remove(image);
    pool.routing = routing;
    expect((await readImage(reader, image)).error?.code).toBe('NOT_FOUND');
    gate.open();
    expect((await early).error).toBeUndefined();
    expect(await reader.probe(image)).toBeUndefined();
  });

  /** Afterwards the entry lies at its previous owner. */
  async function fillAndMove(image: ImageName): Promise<void> {
    pool.route([before]);
    await readImage(reader, image);
    await filled(image);
    pool.route([now], [[before]]);
  }

  async function filled(image: ImageName): Promise<void> {
    await vi.waitUntil(async () => (await reader.probe(image)) !== undefined, PATIENCE);
  }

  /** As somebody elsewhere in the system would who is about to fill the entry. */
  async function takeLease(image: ImageName): Promise<void> {
    const name = entryName(image.keyHash, image.version);
    const { lease } = await new Promise<Miss>((resolve, reject) =>
      pool.cache.read(image.keyHash, name, {
        hit: reject,
        payload: () => {},
        end: () => {},
        miss: resolve,
        broken: reject,
      }),
    );
    expect(lease).toBe('won');
  }
});
