import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CountingStore, versionOf } from '../../test/counting-store.ts';
import { Pace, readImage } from '../../test/read-image.ts';
import { TestPool } from '../../test/test-pool.ts';
import { BodyBudget } from '../pool/nodes/body-budget.ts';
import { entryNamesOfVersion } from './entry-name.ts';
import { ImageReader } from './image-reader.ts';
import type { ImageName } from './image-reading.ts';
import { hashKey } from './key.ts';

const MIB = 2 ** 20;
const PATIENCE = { timeout: 15_000, interval: 5 };
const BUDGET_BYTES = 48 * MIB;

describe('ImageReader', () => {
  let pool: TestPool;
  let budget: BodyBudget;
  let objects: CountingStore;
  let reader: ImageReader;

  beforeEach(async () => {
    budget = new BodyBudget(BUDGET_BYTES);
    pool = await TestPool.open(2, {
      budget,
      // A machine busy with other tests must not look like a node that has died.
      client: { readPatienceMs: 2_000, readSilenceMs: 4_000 },
    });
    objects = new CountingStore();
    reader = new ImageReader({ cache: pool.cache, objects, budget, render });
  });

  afterEach(async () => {
    await pool.close();
    // Whatever has happened, nothing is held any longer.
    expect(budget.usedBytes).toBe(0);
  });

  it('reads from the object store once, then from the pool', async () => {
    const image = objects.add(100_000);
    const first = await readImage(reader, image);
    expect(first).toMatchObject({ isHit: false, error: undefined });
    await filled(image);
    const second = await readImage(reader, image);
    expect(second).toMatchObject({ isHit: true, error: undefined });
    expect(second.facts).toMatchObject({ contentType: 'image/jpeg', sizeBytes: 100_000 });
    for (const { bytes } of [first, second]) expect(bytes.equals(objects.bytesOf(image))).toBe(true);
    expect(objects.reads).toBe(1);
  });

  it('reads from the object store once for 500 who ask at the same time', async () => {
    const image = objects.add(300_000);
    const outcomes = await Promise.all(Array.from({ length: 500 }, () => readImage(reader, image)));
    expect(outcomes.every(({ bytes }) => bytes.equals(objects.bytesOf(image)))).toBe(true);
    expect(objects.reads).toBe(1);
  });

  it('reads from the object store once for all replicas of the api', async () => {
    const image = objects.add(300_000);
    const others = [1, 2, 3].map(() => new ImageReader({ cache: pool.cache, objects, budget, render }));
    const outcomes = await Promise.all(
      [reader, ...others].flatMap((one) => [readImage(one, image), readImage(one, image)]),
    );
    expect(outcomes.every(({ bytes }) => bytes.equals(objects.bytesOf(image)))).toBe(true);
    expect(objects.reads).toBe(1);
  });

  it('says that there is none, and lets go of the lease', async () => {
    const image = { keyHash: hashKey('none'), version: versionOf(1) };
    expect((await readImage(reader, image)).error?.code).toBe('NOT_FOUND');
    expect((await readImage(reader, image)).error?.code).toBe('NOT_FOUND');
    expect(objects.reads).toBe(2);
  });

  it('does not fill the pool with what was deleted while it was being read', async () => {
    const image = objects.add(100_000);
    objects.beforeEnd = () => pool.cache.delete(entryNamesOfVersion(image.keyHash, image.version));
    expect((await readImage(reader, image)).bytes.equals(objects.bytesOf(image))).toBe(true);
    await vi.waitUntil(() => budget.usedBytes <= 2 * MIB, PATIENCE);
    expect(await reader.probe(image)).toBeUndefined();
  });

  it('serves what is cached while the object store is down', async () => {
    const [cached, cold] = [objects.add(1_000), objects.add(1_000)];
    await readImage(reader, cached);
    await filled(cached);
    objects.isDown = true;
    expect((await readImage(reader, cached)).isHit).toBe(true);
    expect((await readImage(reader, cold)).error?.code).toBe('UNAVAILABLE');
    objects.isDown = false;
    expect((await readImage(reader, cold)).error).toBeUndefined();
  });

  it.each([
    [
      'is damaged',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])]),
    ],
    ['ends early', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['is too long', (bytes: Buffer) => Buffer.concat([bytes, bytes])],
  ])('never ends a body whose object %s, and keeps it out of the pool', async (_, damage) => {
    const image = objects.add(200_000);
    objects.damage = damage;
    const outcome = await readImage(reader, image);
    expect(outcome.error?.code).toBe('UNAVAILABLE');
    expect(outcome.bytes.length).toBeLessThan(200_000);
    expect(await reader.probe(image)).toBeUndefined();
  });

  it('costs no reader an error when a node is killed in the middle of reads', async () => {
    const images = Array.from({ length: 6 }, () => objects.add(6 * MIB));
    for (const image of images) {
      await readImage(reader, image);
      await filled(image);
    }
    let hits = 0;
    const onHit = () => {
      if (++hits === 3) for (const node of pool.nodes) void node.kill();
    };
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, async (_, i) => {
        const image = images[i % images.length]!;
        const { bytes, error } = await readImage(reader, image, { onBegin: onHit });
        return error === undefined && bytes.equals(objects.bytesOf(image));
      }),
    );
    expect(outcomes).toEqual(Array(30).fill(true));
    expect(objects.reads).toBeGreaterThan(images.length);
  });

  it('reads past a frozen node', async () => {
    await pool.close();
    pool = await TestPool.open(2, { budget });
    reader = new ImageReader({ cache: pool.cache, objects, budget, render });
    const image = objects.add(50_000);
    await readImage(reader, image);
    await filled(image);
    await Promise.all(pool.nodes.map((node) => node.freeze()));
    const outcome = await readImage(reader, image);
    expect(outcome).toMatchObject({ isHit: false, error: undefined });
    expect(outcome.bytes.equals(objects.bytesOf(image))).toBe(true);
  });

  it('goes on from the object store for a reader that had to let go of what came from the pool', async () => {
    const image = objects.add(8 * MIB);
    await readImage(reader, image);
    await filled(image);
    const outcome = await readImage(reader, image, { rewindAt: 3 * MIB });
    expect(outcome).toMatchObject({ isHit: true, error: undefined });
    expect(outcome.bytes.equals(objects.bytesOf(image))).toBe(true);
    expect(objects.reads).toBe(2);
  });

  it('holds no more than the budget for readers that stand still, and still serves them all', async () => {
    const images = Array.from({ length: 12 }, () => objects.add(8 * MIB));
    const paces = images.map(() => new Pace());
    const slow = images.map((image, i) => readImage(reader, image, { pace: paces[i]! }));
    await vi.waitUntil(() => paces.every(({ isWaiting }) => isWaiting), PATIENCE);
    expect(budget.usedBytes).toBeLessThanOrEqual(BUDGET_BYTES);
    expect((await readImage(reader, objects.add(8 * MIB))).error).toBeUndefined();
    for (const pace of paces) pace.release();
    for (const [i, outcome] of (await Promise.all(slow)).entries()) {
      expect(outcome.error).toBeUndefined();
      expect(outcome.bytes.equals(objects.bytesOf(images[i]!))).toBe(true);
    }
  });

  it('lets go of everything when its readers go away', async () => {
    const image = objects.add(4 * MIB);
    const pace = new Pace();
    void readImage(reader, image, { pace });
    await vi.waitUntil(() => pace.isWaiting, PATIENCE);
    pace.reading!.cancel();
    await vi.waitUntil(() => budget.usedBytes <= 2 * MIB, PATIENCE);
  });

  describe('of variants', () => {
    it('renders each once, from the original that it reads once', async () => {
      const original = objects.add(500_000);
      const variants = ([64, 160, 320] as const).map((width) => ({
        ...original,
        variant: { width, format: 'webp' as const },
      }));
      const outcomes = await Promise.all(
        [...variants, ...variants].map((variant) => readImage(reader, variant)),
      );
      for (const [i, outcome] of outcomes.entries()) {
        expect(outcome.facts?.contentType).toBe('image/webp');
        expect(outcome.bytes.toString()).toBe(`${[64, 160, 320][i % 3]} of ${original.version}`);
      }
      expect(objects.reads).toBe(1);
      await filled(variants[0]!);
      expect((await readImage(reader, variants[0]!)).isHit).toBe(true);
    });

    it('takes the original from the pool', async () => {
      const original = objects.add(1_000);
      await readImage(reader, original);
      await filled(original);
      objects.isDown = true;
      expect(
        (await readImage(reader, { ...original, variant: { width: 64, format: 'avif' } })).error,
      ).toBeUndefined();
    });

    it('has none of what is not there', async () => {
      const none = {
        keyHash: hashKey('none'),
        version: versionOf(1),
        variant: { width: 64, format: 'avif' },
      } as const;
      expect((await readImage(reader, none)).error?.code).toBe('NOT_FOUND');
    });
  });

  async function filled(image: ImageName): Promise<void> {
    await vi.waitUntil(async () => (await reader.probe(image)) !== undefined, PATIENCE);
  }

  async function render(original: Buffer, { width }: { width: number }) {
    const version = objects.versionOf(original);
    return { bytes: Buffer.from(`${width} of ${version}`), contentType: 'image/webp' };
  }
});
