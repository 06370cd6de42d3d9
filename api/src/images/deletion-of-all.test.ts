import { expect, onTestFinished, test, vi } from 'vitest';
import { onEveryDatabase } from '../../test/databases.ts';
import { makeImageStore, type TestImageStore } from '../../test/image-store.ts';
import { makePicture } from '../../test/pictures.ts';
import type { Database } from '../database/database.ts';
import { ShoalError } from '../errors.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { makeNewId } from '../ordered-id.ts';
import { DeletionOfAll } from './deletion-of-all.ts';
import { findLatestDeletion } from './deletion-row.ts';

onEveryDatabase((databases) => {
  test('a deletion of all images tells how far it has come, and the latest one is remembered', async () => {
    const now = Date.UTC(2026, 1, 3);
    const store = await makeImageStore(await databases.open(), { now: () => now });
    expect(await store.images.latestDeletionOfAll()).toBeUndefined();
    await uploadSome(store, 5);
    await store.upload('key 0', await makePicture('png', 8, 8), true);
    const seen: unknown[] = [];
    vi.spyOn(store.entries, 'clear').mockImplementation(async () => {
      seen.push(await store.images.latestDeletionOfAll());
    });
    await store.images.deleteAll();
    const done = {
      state: 'DONE',
      requestedAt: new Date(now),
      finishedAt: new Date(now),
      imagesTotal: 5,
      imagesDeleted: 5,
      objectsRemoved: 6,
    };
    const running = { ...done, state: 'RUNNING', finishedAt: null };
    expect(seen).toMatchObject([{ ...running, objectsRemoved: 0 }, running]);
    expect(await store.images.latestDeletionOfAll()).toMatchObject(done);
    await store.images.deleteAll();
    expect(await store.images.latestDeletionOfAll()).toMatchObject({ ...done, ...nothing(), state: 'DONE' });
  });

  test('one that fails in the middle is gone on with by the next start, and leaves what was uploaded since', async () => {
    const location = await databases.locate();
    const store = await makeImageStore(await databases.open(location), {
      wrap: (objects) => failing(objects, { deletes: 1 }),
    });
    await uploadSome(store, 5);
    await expect(store.images.deleteAll()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await store.images.latestDeletionOfAll()).toMatchObject({ state: 'RUNNING', imagesDeleted: 5 });
    const later = await store.upload('later', await makePicture('png', 8, 8));

    const { database, stop } = await restart(await databases.open(location), store);
    await untilDone(database);
    expect(await findLatestDeletion(database)).toMatchObject({ imagesDeleted: 5, objectsRemoved: 5 });
    expect(await store.files()).toHaveLength(1);
    expect(await store.objects.versions(later.keyHash)).toEqual([later.version]);
    expect(store.removals).toEqual(['everything', 'everything', 'everything']);
    await stop();
  });

  test('one that fails is tried again until it is done', async () => {
    const store = await makeImageStore(await databases.open());
    await uploadSome(store, 3);
    const errors: unknown[] = [];
    const objects = failing(store.objects, { deletes: 3 });
    const { deletion } = await restart(store.database, store, { objects, errors });
    await expect(deletion.run()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await untilDone(store.database);
    expect(await store.files()).toEqual([]);
    expect(errors).toHaveLength(2);
  });

  test('a second one waits for the first, and then deletes what has come since', async () => {
    const store = await makeImageStore(await databases.open());
    await uploadSome(store, 3);
    const finished: string[] = [];
    let second: Promise<unknown> | undefined;
    vi.spyOn(store.entries, 'clear').mockImplementationOnce(async () => {
      await store.upload('later', await makePicture('png', 8, 8));
      second = store.images.deleteAll().then((count) => finished.push(`second: ${count}`));
    });
    finished.push(`first: ${await store.images.deleteAll()}`);
    await second;
    expect(finished).toEqual(['first: 3', 'second: 1']);
    expect(await store.files()).toEqual([]);
  });

  test('one that is under way when everything stops is left to the next start', async () => {
    const store = await makeImageStore(await databases.open());
    await uploadSome(store, 3);
    const { deletion, stop } = await restart(store.database, store);
    vi.spyOn(store.entries, 'clear').mockImplementationOnce(async () => void stop());
    await expect(deletion.run()).rejects.toMatchObject({ code: 'UNAVAILABLE', message: /is being stopped/ });
    await stop();
    expect(await findLatestDeletion(store.database)).toMatchObject({ state: 'RUNNING', imagesDeleted: 3 });
    expect(await store.files()).toHaveLength(3);
    await restart(store.database, store);
    await untilDone(store.database);
    expect(await store.files()).toEqual([]);
  });
});

function nothing() {
  return { imagesTotal: 0, imagesDeleted: 0, objectsRemoved: 0 };
}

async function uploadSome(store: TestImageStore, count: number): Promise<void> {
  const picture = await makePicture('png', 8, 8);
  for (let index = 0; index < count; index++) await store.upload(`key ${index}`, picture);
}

/** What a started process does about deletions that are not done. */
async function restart(
  database: Database,
  store: TestImageStore,
  { objects, errors = [] }: { objects?: ObjectStore; errors?: unknown[] } = {},
) {
  const deletion = new DeletionOfAll({
    database,
    objects: objects ?? store.objects,
    entries: store.entries,
    now: Date.now,
    newId: makeNewId(Date.now),
    onRowsRemoved: () => {},
    retryMs: 5,
  });
  const stop = deletion.resume((error) => errors.push(error));
  onTestFinished(stop);
  return { database, deletion, stop };
}

async function untilDone(database: Database): Promise<void> {
  await expect
    .poll(async () => (await findLatestDeletion(database))?.state, { timeout: 20_000 })
    .toBe('DONE');
}

/** A store that is away for its first deletions. */
function failing(objects: ObjectStore, { deletes }: { deletes: number }): ObjectStore {
  let left = deletes;
  return {
    put: (name, file) => objects.put(name, file),
    get: (name) => objects.get(name),
    versions: (keyHash) => objects.versions(keyHash),
    list: () => objects.list(),
    check: () => objects.check(),
    delete: async (names) => {
      if (left-- > 0) throw new ShoalError('UNAVAILABLE', 'The object store is away.');
      await objects.delete(names);
    },
  };
}
