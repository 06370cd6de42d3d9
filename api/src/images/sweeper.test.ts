import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { onEveryDatabase } from '../../test/databases.ts';
import { makeImageStore, type TestImageStore } from '../../test/image-store.ts';
import { makePicture } from '../../test/pictures.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { startSweeper, sweepObjects } from './sweeper.ts';

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 4, 1);

onEveryDatabase((databases) => {
  describe('A sweep', () => {
    test('removes what has been without a row for a day, and nothing else', async () => {
      const store = await makeImageStore(await databases.open(), { now: () => START });
      const image = await store.upload('key', await makePicture('png'));
      const lost = await store.upload('lost', await makePicture('png'));
      await removeRow(store, 'lost');
      await setAge(store, START);
      expect(await sweep(store, START + 23 * HOUR_MS)).toBe(0);
      expect(await sweep(store, START + 25 * HOUR_MS)).toBe(1);
      expect(await store.files()).toEqual([expect.stringContaining(image.version)]);
      expect(store.removals).toEqual([`${lost.keyHash}:${lost.version}`]);
      expect(await sweep(store, START + 1000 * HOUR_MS)).toBe(0);
      expect(await store.images.find('key')).toEqual(image);
    });

    test('leaves a version for a day after it was replaced, however old it is', async () => {
      let now = START;
      const store = await makeImageStore(await databases.open(), { now: () => now });
      const old = await store.upload('key', await makePicture('png'));
      now = START + 1000 * HOUR_MS;
      const image = await store.upload('key', await makePicture('gif'), true);
      await setAge(store, START);
      expect(await sweep(store, now + 23 * HOUR_MS)).toBe(0);
      expect(await store.objects.versions(old.keyHash)).toHaveLength(2);
      expect(await sweep(store, now + 25 * HOUR_MS)).toBe(1);
      expect(await store.objects.versions(old.keyHash)).toEqual([image.version]);
    });

    test('leaves the object of an upload that is about to write its row', async () => {
      const database = await databases.open();
      const store: TestImageStore = await makeImageStore(database, {
        wrap: (objects) => ({
          ...bound(objects),
          put: async (name, file) => {
            await objects.put(name, file);
            expect(await sweep(store, Date.now())).toBe(0);
          },
        }),
      });
      const image = await store.upload('key', await makePicture('png'));
      expect(await store.objects.versions(image.keyHash)).toEqual([image.version]);
    });

    test('leaves an object whose row comes between the list and the removal', async () => {
      const store = await makeImageStore(await databases.open(), { now: () => START });
      await store.upload('other', await makePicture('png'));
      const image = await store.upload('key', await makePicture('png'));
      await removeRow(store, 'key');
      await setAge(store, START);
      vi.spyOn(store.entries, 'removeVersions').mockImplementation(async () => {
        await store.database.query((db) => db.insert(store.database.tables.images).values(image));
      });
      expect(await sweep(store, START + 25 * HOUR_MS)).toBe(0);
      expect(await store.objects.versions(image.keyHash)).toEqual([image.version]);
    });

    test('removes nothing while there is no image at all', async () => {
      const store = await makeImageStore(await databases.open(), { now: () => START });
      await store.upload('key', await makePicture('png'));
      await setAge(store, START);
      const empty = await databases.open();
      expect(await sweep({ ...store, database: empty }, START + 25 * HOUR_MS)).toBe(0);
      expect(await store.files()).toHaveLength(1);
    });

    test('goes over more objects than one step takes', async () => {
      const store = await makeImageStore(await databases.open(), { now: () => START });
      const image = await store.upload('key', await makePicture('png'));
      const names = Array.from({ length: 1234 }, (_, index) => ({
        keyHash: index.toString(16).padStart(32, '0'),
        version: `019ad3f2-0000-7000-8000-${String(index).padStart(12, '0')}`,
        storedAt: new Date(START),
      }));
      const removed: string[] = [];
      const objects: ObjectStore = {
        ...bound(store.objects),
        list: async function* () {
          yield* names.slice(0, 700);
          yield { ...image, storedAt: new Date(START) };
          yield* names.slice(700);
        },
        delete: async (doomed) => void removed.push(...doomed.map(({ version }) => version)),
      };
      expect(await sweep({ ...store, objects }, START + 25 * HOUR_MS)).toBe(1234);
      expect(removed.sort()).toEqual(names.map(({ version }) => version));
    });
  });

  test('A sweeper sweeps after a minute, then every hour, also after a failure, until it is stopped', async () => {
    const store = await makeImageStore(await databases.open());
    await store.upload('key', await makePicture('png'));
    let lists = 0;
    const objects: ObjectStore = {
      ...bound(store.objects),
      list: async function* () {
        if (++lists === 2) throw new Error('the store is away');
        yield* [];
      },
    };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const errors: unknown[] = [];
    const stop = startSweeper({
      ...store,
      objects,
      now: Date.now,
      onError: (error) => errors.push(error),
    });
    expect(vi.getTimerCount()).toBe(1);
    for (const [index, waitMs] of [60_000, HOUR_MS, HOUR_MS].entries()) {
      vi.advanceTimersByTime(waitMs - 1);
      expect(lists).toBe(index);
      vi.advanceTimersByTime(1);
      // Queries have timers of their own.
      while (lists === index || vi.getTimerCount() === 0)
        await new Promise((resolve) => setImmediate(resolve));
    }
    expect(lists).toBe(3);
    expect(errors).toEqual([new Error('the store is away')]);
    await stop();
    vi.advanceTimersByTime(10 * HOUR_MS);
    expect(lists).toBe(3);
    expect(vi.getTimerCount()).toBe(0);
  });
});

async function sweep(store: TestImageStore, now: number): Promise<number> {
  return await sweepObjects({ ...store, now: () => now });
}

/** A row that was never written, as after a crash between object and row. */
async function removeRow({ database }: TestImageStore, key: string): Promise<void> {
  const { images } = database.tables;
  await database.query((db) => db.delete(images).where(eq(images.key, key)));
}

async function setAge(store: TestImageStore, storedAt: number): Promise<void> {
  for (const file of await store.files()) {
    await utimes(join(store.folder, file), storedAt / 1000, storedAt / 1000);
  }
}

function bound(objects: ObjectStore): ObjectStore {
  return {
    put: (name, file) => objects.put(name, file),
    get: (name) => objects.get(name),
    versions: (keyHash) => objects.versions(keyHash),
    delete: (names) => objects.delete(names),
    list: () => objects.list(),
    check: () => objects.check(),
  };
}
