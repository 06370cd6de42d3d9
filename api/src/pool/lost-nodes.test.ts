import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CountingStore } from '../../test/counting-store.ts';
import { startLocalPool, type LocalPool } from '../../test/local-pool.ts';
import { readImage } from '../../test/read-image.ts';
import { renderVariant } from '../images/decoding/render-variant.ts';
import type { ImageName } from '../images/image-reading.ts';
import { ImageReader } from '../images/image-reader.ts';
import { BodyBudget } from './nodes/body-budget.ts';
import { findProcesses } from './provisioners/process-table.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };
const AT_ONCE = 8;

describe('nodes that are lost with their entries', () => {
  let local: LocalPool;
  let objects: CountingStore;
  let reader: ImageReader;
  let images: ImageName[];

  beforeEach(async () => {
    const budget = new BodyBudget(64 * 2 ** 20);
    // A machine busy with other tests must not look like a node that is frozen.
    local = await startLocalPool({ size: 3, budget, readPatienceMs: 15_000, readSilenceMs: 15_000 });
    objects = new CountingStore();
    reader = new ImageReader({
      cache: local.pool.cache,
      objects,
      budget,
      render: renderVariant,
      limits: { shared: AT_ONCE, alone: AT_ONCE, waiting: 1_000 },
    });
    images = Array.from({ length: 60 }, (_, index) => objects.add(2_000 + index));
    for (const image of images) await readRightly(image);
    await vi.waitUntil(async () => (await itemsOf(local)) === images.length, PATIENCE);
  });
  afterEach(() => local.close());

  it('cost one read of the object store for each of their keys, until they are replaced and after', async () => {
    const victim = local.pool.state!.nodes[1]!;
    const owned = images.filter(({ keyHash }) => ownerOf(keyHash) === victim.label);
    expect(owned.length).toBeGreaterThan(5);
    expect(objects.reads).toBe(images.length);

    let isOver = false;
    const readers = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        for (const image of images) await readRightly(image);
        await setTimeout(1);
      }
    });
    await kill([victim.id]);
    await vi.waitUntil(() => local.pool.state!.members.length === 2, PATIENCE);
    await isReplaced(3);
    // The replacement takes over what its stand-ins have read meanwhile.
    await vi.waitUntil(() => local.pool.state!.warmedEpoch === local.pool.state!.epoch, PATIENCE);
    isOver = true;
    await Promise.all(readers);
    for (const image of images) expect((await readRightly(image)).isHit).toBe(true);
    expect(objects.reads).toBe(images.length + owned.length);
  });

  it('all at once have readers go to the object store, no more of them at a time than it may be asked by', async () => {
    const { nodes } = local.pool.state!;
    await kill(nodes.map(({ id }) => id));
    await vi.waitUntil(() => nodes.every(({ id }) => !isUp(id)), PATIENCE);
    objects.mostOpen = 0;
    objects.beforeEnd = () => setTimeout(5);
    await Promise.all(images.flatMap((image) => [image, image, image].map(readRightly)));
    expect(objects.mostOpen).toBeGreaterThan(1);
    expect(objects.mostOpen).toBeLessThanOrEqual(AT_ONCE);
    await isReplaced(3);
    for (const image of images) await readRightly(image);
    await vi.waitUntil(async () => (await itemsOf(local)) === images.length, PATIENCE);
  });

  async function readRightly(image: ImageName) {
    const outcome = await readImage(reader, image);
    expect(outcome.error).toBeUndefined();
    expect(outcome.bytes.equals(objects.bytesOf(image))).toBe(true);
    return outcome;
  }

  function ownerOf(keyHash: string): string | undefined {
    const node = local.pool.cache.nodeFor(keyHash);
    return local.pool.state!.nodes.find(({ address }) => {
      return node !== undefined && 'path' in node.address && address === `unix:${node.address.path}`;
    })?.label;
  }

  function isUp(id: string): boolean {
    return local.pool.state!.nodes.some((node) => node.id === id && node.state === 'READY');
  }

  async function kill(ids: readonly string[]): Promise<void> {
    const processes = await findProcesses(local.folder);
    for (const id of ids) {
      const { address } = local.pool.state!.nodes.find((node) => node.id === id)!;
      process.kill(processes.get(address!.slice('unix:'.length))!, 'SIGKILL');
    }
  }

  async function isReplaced(size: number): Promise<void> {
    const ready = () => local.pool.state!.nodes.filter(({ state }) => state === 'READY').length;
    await vi.waitUntil(() => local.pool.state!.members.length === size && ready() === size, PATIENCE);
  }
});

async function itemsOf({ pool }: LocalPool): Promise<number> {
  const reports = [...(await pool.reports()).values()];
  return reports.reduce((total, { counters }) => total + counters.items, 0);
}
