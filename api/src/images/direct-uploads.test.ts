import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { onEveryDatabase } from '../../test/databases.ts';
import { makeImageStore } from '../../test/image-store.ts';
import { makePicture } from '../../test/pictures.ts';
import { openFolderInbox } from '../objects/folder-inbox.ts';
import { makeNewId } from '../ordered-id.ts';
import { type DirectUpload, DirectUploads } from './direct-uploads.ts';

const DAY_MS = 24 * 60 * 60_000;

onEveryDatabase((databases) => {
  async function make() {
    let time = Date.now();
    const now = () => time;
    const store = await makeImageStore(await databases.open(), { now });
    const { database, images, staging, folder } = store;
    const inbox = await openFolderInbox({ folder: join(folder, 'uploads'), staging, now });
    const open = () =>
      new DirectUploads({ database, inbox, images, maxUploadBytes: 2 ** 20, newId: makeNewId(now), now });
    return {
      ...store,
      uploads: open(),
      reopen: open,
      pass: (ms: number) => (time += ms),
      arrive: ({ id, url }: DirectUpload, bytes: Buffer) =>
        inbox.receive(id, new URL(url, 'http://localhost').searchParams, Readable.from([bytes])),
      waiting: async () => (await store.files()).filter((name) => /^uploads\/.*-/.test(name)),
    };
  }

  const announce = (bytes: Buffer, key = 'a/key') => ({
    key,
    sizeBytes: bytes.length,
    contentType: 'image/png',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    overwrite: false,
  });

  test('what has arrived becomes the image, however often that is asked for', async () => {
    const { uploads, reopen, arrive, waiting, images, changes } = await make();
    const bytes = await makePicture('png');
    const upload = await uploads.create(announce(bytes));
    await expect(uploads.complete(upload.id)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await arrive(upload, bytes);
    const [image, again] = await Promise.all([uploads.complete(upload.id), reopen().complete(upload.id)]);
    expect(image).toMatchObject({ key: 'a/key', contentType: 'image/png', sizeBytes: bytes.length });
    expect(again).toEqual(image);
    expect(await uploads.complete(upload.id)).toEqual(image);
    expect(changes).toHaveLength(1);
    expect(await waiting()).toEqual([]);
    await images.delete('a/key');
    await expect(uploads.complete(upload.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('what is no picture is refused as in any upload, and is gone', async () => {
    const { uploads, arrive, waiting } = await make();
    const bytes = randomBytes(1000);
    const upload = await uploads.create(announce(bytes));
    await arrive(upload, bytes);
    await expect(uploads.complete(upload.id)).rejects.toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' });
    expect(await waiting()).toEqual([]);
    await expect(uploads.complete(upload.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a key that is taken, before or meanwhile, is a CONFLICT unless it may be replaced', async () => {
    const { uploads, arrive, upload: uploadNow, images } = await make();
    const bytes = await makePicture('png');
    const late = await uploads.create(announce(bytes));
    await arrive(late, bytes);
    const first = await uploadNow('a/key', await makePicture('jpeg'));
    await expect(uploads.create(announce(bytes))).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(uploads.complete(late.id)).rejects.toMatchObject({ code: 'CONFLICT' });
    const replacing = await uploads.create({ ...announce(bytes), overwrite: true });
    await arrive(replacing, bytes);
    const image = await uploads.complete(replacing.id);
    expect(image.version > first.version).toBe(true);
    expect((await images.find('a/key'))?.version).toBe(image.version);
  });

  test.each([
    [{ sizeBytes: 0 }, 'BAD_USER_INPUT'],
    [{ sizeBytes: 2 ** 20 + 1 }, 'PAYLOAD_TOO_LARGE'],
    [{ contentType: 'image/svg+xml' }, 'UNSUPPORTED_MEDIA_TYPE'],
    [{ sha256: 'abc' }, 'BAD_USER_INPUT'],
    [{ key: ' a' }, 'BAD_USER_INPUT'],
  ])('one with %o is refused before anything is sent', async (change, code) => {
    const { uploads } = await make();
    await expect(uploads.create({ ...announce(randomBytes(10)), ...change })).rejects.toMatchObject({ code });
  });

  test('one that is not completed is swept after a day', async () => {
    const { uploads, arrive, pass, waiting, database } = await make();
    const bytes = await makePicture('png');
    const upload = await uploads.create(announce(bytes));
    await arrive(upload, bytes);
    await uploads.sweep();
    expect(await waiting()).toHaveLength(1);
    pass(DAY_MS + 60_000);
    await expect(uploads.complete(upload.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await uploads.sweep();
    expect(await waiting()).toEqual([]);
    const rows = await database.query((db) => db.select().from(database.tables.directUploads));
    expect(rows).toEqual([]);
  });
});
