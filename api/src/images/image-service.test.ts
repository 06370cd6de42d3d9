import { createHash, randomBytes } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test, vi } from 'vitest';
import { onEveryDatabase } from '../../test/databases.ts';
import { makeImageStore } from '../../test/image-store.ts';
import { makePicture, readPhoto } from '../../test/pictures.ts';
import { ConnectionLost, type Database } from '../database/database.ts';
import { ShoalError } from '../errors.ts';

/** Keys that would be trouble for a path, a URL, a collation or a statement. */
const HOSTILE_KEYS = [
  '..',
  '../../../etc/passwd',
  '/absolute',
  'a/../../b',
  'con.jpg',
  'C:\\Windows\\system32',
  '%2e%2e%2f',
  '%00',
  '%',
  'what?now#then&so=on',
  "Robert'); DROP TABLE images;--",
  '`images`',
  '"quoted"',
  '${HOME}',
  'with  two spaces',
  'Straße',
  'STRASSE',
  'é',
  'e',
  '東京/タワー',
  '🏳️‍🌈',
  '\u{202E}gpj.exe',
  '-rf',
  '.',
  'x'.repeat(200),
  '🐟'.repeat(200),
];

onEveryDatabase((databases) => {
  describe('An upload', () => {
    test('stores the bytes as they are, and a row that describes them', async () => {
      const now = Date.UTC(2026, 1, 3);
      const store = await makeImageStore(await databases.open(), { now: () => now });
      const photo = await readPhoto('exif-orientation-6.jpg');
      const image = await store.upload('trees/tall one.jpg', photo);
      expect(image).toEqual({
        key: 'trees/tall one.jpg',
        keyHash: createHash('md5').update('trees/tall one.jpg').digest('hex'),
        version: expect.stringMatching(
          /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        ),
        contentType: 'image/jpeg',
        sizeBytes: photo.length,
        width: 1800,
        height: 1200,
        sha256: createHash('sha256').update(photo).digest('hex'),
        thumbHash: expect.any(String),
        createdAt: new Date(now),
        updatedAt: new Date(now),
      });
      expect(await store.images.find('trees/tall one.jpg')).toEqual(image);
      const body = await store.objects.get(image);
      expect(body).toMatchObject({
        contentType: 'image/jpeg',
        sha256: image.sha256,
        sizeBytes: photo.length,
      });
      expect((await buffer(body!.stream)).equals(photo)).toBe(true);
      expect(store.changes).toEqual([{ kind: 'UPLOADED', key: image.key, image }]);
      expect(await store.files()).toHaveLength(1);
    });

    test('takes any key, keeps keys apart, and writes nothing outside its folders', async () => {
      const store = await makeImageStore(await databases.open());
      const picture = await makePicture('png', 8, 8);
      for (const key of HOSTILE_KEYS) await store.upload(key, picture);
      for (const key of HOSTILE_KEYS) expect(await store.images.find(key)).toMatchObject({ key });
      const files = await store.files();
      expect(files).toHaveLength(HOSTILE_KEYS.length);
      for (const file of files) {
        expect(file).toMatch(
          /^objects\/[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{32}\.[0-9a-f-]{36}\.[0-9a-f]{64}\.png$/,
        );
      }
      const { images } = await store.images.list({ first: 200, order: 'KEY' });
      const inOrder = HOSTILE_KEYS.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(images.map(({ key }) => key)).toEqual(inOrder);
      for (const key of HOSTILE_KEYS) expect(await store.images.delete(key)).toMatchObject({ key });
      expect(await store.files()).toEqual([]);
    });

    test('finds a key in whatever normal form it is written', async () => {
      const store = await makeImageStore(await databases.open());
      await store.upload('caf\u0065\u0301', await makePicture('png'));
      expect(await store.images.find('caf\u00e9')).toMatchObject({ key: 'caf\u00e9' });
    });

    test.each(['', ' a', 'a ', 'a\nb', 'a\0', '\ud800', 'x'.repeat(201)])(
      'refuses the key %j',
      async (key) => {
        const store = await makeImageStore(await databases.open());
        const file = new PassThrough();
        await expect(store.upload(key, file)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
        expect(file.destroyed).toBe(true);
      },
    );

    test('of a key that is taken is refused without reading the file', async () => {
      const store = await makeImageStore(await databases.open());
      const first = await store.upload('key', await makePicture('png'));
      const second = new PassThrough();
      await expect(store.upload('key', second)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: 'There is an image under the key "key". Choose another key, or allow it to be replaced.',
      });
      expect(second.readableDidRead).toBe(false);
      expect(second.destroyed).toBe(true);
      expect(await store.images.find('key')).toEqual(first);
    });

    test('may replace an image: the old version stays readable', async () => {
      const database = await databases.open();
      let now = 1_700_000_000_000;
      const store = await makeImageStore(database, { now: () => now });
      const old = await store.upload('key', await makePicture('png'));
      now += 1000;
      const image = await store.upload('key', await makePicture('jpeg', 50, 50), true);
      expect(image).toMatchObject({ contentType: 'image/jpeg', width: 50, createdAt: old.createdAt });
      expect(image.updatedAt).toEqual(new Date(now));
      expect(image.version > old.version).toBe(true);
      expect(await store.images.find('key')).toEqual(image);
      const before = await store.objects.get(old);
      expect(before?.contentType).toBe('image/png');
      before?.stream.destroy();
      expect(store.changes.at(-1)).toEqual({ kind: 'REPLACED', key: 'key', image });
    });

    test('replaces an image that a machine with a fast clock has uploaded', async () => {
      const database = await databases.open();
      const now = 1_700_000_000_000;
      const fast = await makeImageStore(database, { now: () => now + 3_600_000 });
      const slow = await makeImageStore(database, { now: () => now });
      const old = await fast.upload('key', await makePicture('png'));
      const image = await slow.upload('key', await makePicture('gif'), true);
      expect(image.version > old.version).toBe(true);
      expect(await slow.images.find('key')).toEqual(image);
    });

    test('that races with another of the same key: exactly one is refused', async () => {
      const store = await makeImageStore(await databases.open());
      const pictures = await Promise.all([1, 2, 3, 4].map((size) => makePicture('png', 8 * size, 8)));
      const outcomes = await Promise.allSettled(pictures.map((picture) => store.upload('key', picture)));
      const stored = outcomes.filter((outcome) => outcome.status === 'fulfilled');
      expect(stored).toHaveLength(1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'CONFLICT' });
      }
      expect(await store.images.find('key')).toEqual(stored[0]!.value);
      expect(await store.files()).toHaveLength(1);
    });

    test('that races with others that may replace: all succeed, the newest version wins', async () => {
      const store = await makeImageStore(await databases.open());
      const pictures = await Promise.all([1, 2, 3, 4, 5].map((size) => makePicture('png', 8 * size, 8)));
      const stored = await Promise.all(pictures.map((picture) => store.upload('key', picture, true)));
      const newest = stored
        .map(({ version }) => version)
        .sort()
        .at(-1);
      expect((await store.images.find('key'))?.version).toBe(newest);
      expect(store.changes.at(-1)?.image?.version).toBe(newest);
      const versions = store.changes.map((change) => change.image?.version);
      expect(versions).toEqual(versions.toSorted());
    });
  });

  describe('An upload that fails leaves nothing:', () => {
    test('larger than the limit, of which no more is read', async () => {
      const store = await makeImageStore(await databases.open(), { maxUploadBytes: 32 * 2 ** 20 });
      let sentBytes = 0;
      const endless = Readable.from(
        (function* () {
          for (;;) {
            sentBytes += 2 ** 16;
            yield Buffer.alloc(2 ** 16);
          }
        })(),
        { objectMode: false },
      );
      await expect(store.upload('key', endless)).rejects.toMatchObject({
        code: 'PAYLOAD_TOO_LARGE',
        message: expect.stringContaining('32 MiB'),
      });
      expect(sentBytes).toBeLessThan(33 * 2 ** 20);
      await expectNothing(store);
    });

    test('empty, cut off, or no picture', async () => {
      const store = await makeImageStore(await databases.open());
      const photo = await readPhoto('rocket.jpg');
      const refusals = [
        [Buffer.alloc(0), 'BAD_USER_INPUT'],
        [photo.subarray(0, photo.length / 2), 'BAD_USER_INPUT'],
        [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'UNSUPPORTED_MEDIA_TYPE'],
      ] as const;
      for (const [bytes, code] of refusals) {
        await expect(store.upload('key', Readable.from([bytes]))).rejects.toMatchObject({ code });
      }
      await expectNothing(store);
    });

    test('aborted while it is received', async () => {
      const store = await makeImageStore(await databases.open());
      const photo = await readPhoto('rocket.jpg');
      const controller = new AbortController();
      const file = new PassThrough();
      const upload = store.images.upload({ key: 'key', file, overwrite: false, signal: controller.signal });
      const refused = expect(upload).rejects.toMatchObject({ message: 'The upload was aborted.' });
      file.write(photo.subarray(0, 30_000));
      await vi.waitFor(async () => expect(await store.files()).toHaveLength(1));
      controller.abort();
      await refused;
      await expectNothing(store);
    });

    test('aborted once it is received whole', async () => {
      const store = await makeImageStore(await databases.open());
      const controller = new AbortController();
      const file = Readable.from([await readPhoto('rocket.jpg')]);
      file.once('end', () => controller.abort());
      await expect(
        store.images.upload({ key: 'key', file, overwrite: false, signal: controller.signal }),
      ).rejects.toMatchObject({ message: 'The upload was aborted.' });
      await expectNothing(store);
    });

    test('broken off by its sender, also before anybody reads it', async () => {
      const store = await makeImageStore(await databases.open());
      for (const written of [0, 30_000]) {
        const file = new PassThrough();
        const upload = store.upload('key', file);
        const refused = expect(upload).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
        if (written > 0) {
          file.write(randomBytes(written));
          await vi.waitFor(async () => expect(await store.files()).toHaveLength(1));
        }
        file.destroy(new Error('connection reset'));
        await refused;
      }
      await expectNothing(store);
    });

    test('refused by the object store', async () => {
      const store = await makeImageStore(await databases.open(), {
        wrap: (objects) =>
          overriding(objects, {
            put: () => Promise.reject(new ShoalError('UNAVAILABLE', 'The disk is full.')),
          }),
      });
      await expect(store.upload('key', await makePicture('png'))).rejects.toMatchObject({
        code: 'UNAVAILABLE',
      });
      await expectNothing(store);
    });

    test('refused by the database once the object is stored', async () => {
      const database = await databases.open();
      let isFull = false;
      const refusing: Database = {
        ...database,
        query: (work) =>
          database.query((db) => {
            const insert: typeof db.insert = () => {
              throw new ShoalError('UNAVAILABLE', 'The database has no space left on its disk.');
            };
            return work(isFull ? overriding(db, { insert }) : db);
          }),
      };
      const store = await makeImageStore(refusing);
      isFull = true;
      await expect(store.upload('key', await makePicture('png'))).rejects.toMatchObject({
        code: 'UNAVAILABLE',
      });
      await expectNothing(store);
    });
  });

  test('When it is not known whether the row was written, the object stays', async () => {
    const database = await databases.open();
    let failing = false;
    const losing: Database = {
      ...database,
      query: async (work) => {
        const result = await database.query(work);
        if (failing) throw new ConnectionLost({ cause: new Error('gone') });
        return result;
      },
    };
    const store = await makeImageStore(losing, {
      wrap: (objects) =>
        overriding(objects, {
          put: async (name, file) => {
            await objects.put(name, file);
            failing = true;
          },
        }),
    });
    await expect(store.upload('key', await makePicture('png'))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    failing = false;
    const image = await store.images.find('key');
    const body = await store.objects.get(image!);
    expect(body).toBeDefined();
    body?.stream.destroy();
  });

  describe('A deletion', () => {
    test('takes all versions with it, entries before objects and once more after them', async () => {
      const store = await makeImageStore(await databases.open());
      const other = await store.upload('other', await makePicture('png'));
      const old = await store.upload('key', await makePicture('png'));
      const image = await store.upload('key', await makePicture('gif'), true);
      const objectsLeft: number[] = [];
      const removeVersions = vi
        .spyOn(store.entries, 'removeVersions')
        .mockImplementation(async (keyHash, versions) => {
          expect(await store.images.find('key')).toBeUndefined();
          expect(versions).toEqual([image.version, old.version]);
          objectsLeft.push((await store.objects.versions(keyHash)).length);
        });
      expect(await store.images.delete('key')).toEqual(image);
      expect(removeVersions).toHaveBeenCalledTimes(2);
      expect(objectsLeft).toEqual([2, 0]);
      expect(await store.files()).toEqual([expect.stringContaining(other.version)]);
      expect(store.changes.at(-1)).toEqual({ kind: 'DELETED', key: 'key' });
      expect(await store.images.delete('key')).toBeUndefined();
    });

    test('frees the key', async () => {
      const store = await makeImageStore(await databases.open());
      const old = await store.upload('key', await makePicture('png'));
      await store.images.delete('key');
      const image = await store.upload('key', await makePicture('png'));
      expect(image.version).not.toBe(old.version);
      expect(await store.images.find('key')).toEqual(image);
    });

    test('while the object store is away removes the row, and says so', async () => {
      let isAway = false;
      const away = () => Promise.reject(new ShoalError('UNAVAILABLE', 'The object store is away.'));
      const store = await makeImageStore(await databases.open(), {
        wrap: (objects) =>
          overriding(objects, {
            versions: (keyHash) => (isAway ? away() : objects.versions(keyHash)),
            delete: (names) => (isAway ? away() : objects.delete(names)),
          }),
      });
      const image = await store.upload('key', await makePicture('png'));
      isAway = true;
      await expect(store.images.delete('key')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(await store.images.find('key')).toBeUndefined();
      expect(store.removals).toEqual([`${image.keyHash}:${image.version}`]);
    });

    test('that races with uploads never leaves a row without its object', async () => {
      const store = await makeImageStore(await databases.open());
      const picture = await makePicture('png', 8, 8);
      const work = Array.from({ length: 24 }, async (_, index) => {
        if (index % 3 === 2) await store.images.delete('key');
        else if (index % 8 === 7) await store.images.deleteAll();
        else await store.upload('key', picture, true);
      });
      for (const outcome of await Promise.allSettled(work)) {
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'CONFLICT' });
      }
      const image = await store.images.find('key');
      if (image) expect(await store.objects.versions(image.keyHash)).toContain(image.version);
      await store.images.deleteAll();
      await expectNothing(store);
    });

    test('that comes between object and row makes the upload fail, not the image', async () => {
      const database = await databases.open();
      const store = await makeImageStore(database, {
        wrap: (objects) =>
          overriding(objects, {
            put: async (name, file) => {
              await objects.put(name, file);
              await objects.delete([name]);
            },
          }),
      });
      await expect(store.upload('key', await makePicture('png'))).rejects.toMatchObject({ code: 'CONFLICT' });
      await expectNothing(store);
    });
  });

  describe('The deletion of all images', () => {
    test('removes rows, then entries, then objects, then entries once more, and counts', async () => {
      const store = await makeImageStore(await databases.open());
      const picture = await makePicture('png', 8, 8);
      for (let index = 0; index < 20; index++) await store.upload(`key ${index}`, picture);
      await store.upload('key 0', picture, true);
      vi.spyOn(store.entries, 'clear').mockImplementationOnce(async () => {
        expect(await store.images.list({ first: 1, order: 'KEY' })).toEqual({
          images: [],
          hasNextPage: false,
        });
        expect(await store.files()).toHaveLength(21);
      });
      expect(await store.images.deleteAll()).toBe(20);
      expect(store.entries.clear).toHaveBeenCalledTimes(2);
      expect(store.changes.at(-1)).toEqual({ kind: 'ALL_DELETED' });
      await expectNothing(store);
      expect(await store.images.deleteAll()).toBe(0);
    });

    test('goes over more rows than one step takes, those of fast clocks too', async () => {
      const database = await databases.open();
      const { images } = database.tables;
      const at = new Date();
      const facts = {
        contentType: 'image/png',
        sizeBytes: 1,
        width: 1,
        height: 1,
        sha256: '',
        thumbHash: '',
      };
      for (let from = 0; from < 1200; from += 100) {
        const rows = Array.from({ length: 100 }, (_, index) => {
          const number = String(from + index).padStart(4, '0');
          const version = `ffffffff-0000-7000-8000-00000000${number}`;
          return { key: `key ${number}`, keyHash: '', version, ...facts, createdAt: at, updatedAt: at };
        });
        await database.query((db) => db.insert(images).values(rows));
      }
      const store = await makeImageStore(database);
      expect(await store.images.deleteAll()).toBe(1200);
      expect(await store.images.list({ first: 1, order: 'KEY' })).toMatchObject({ images: [] });
    });

    test('leaves what is uploaded after it was asked for', async () => {
      const store = await makeImageStore(await databases.open());
      const picture = await makePicture('png', 8, 8);
      await store.upload('before', picture);
      vi.spyOn(store.entries, 'clear').mockImplementationOnce(async () => {
        await store.upload('during', picture);
      });
      expect(await store.images.deleteAll()).toBe(1);
      const during = await store.images.find('during');
      expect(await store.objects.versions(during!.keyHash)).toEqual([during!.version]);
    });
  });

  test('A listener hears no more once it has stopped listening', async () => {
    const store = await makeImageStore(await databases.open());
    const heard: string[] = [];
    const stop = store.images.onChange(({ kind }) => heard.push(kind));
    await store.upload('key', await makePicture('png'));
    stop();
    await store.images.delete('key');
    expect(heard).toEqual(['UPLOADED']);
  });
});

async function expectNothing(store: Awaited<ReturnType<typeof makeImageStore>>): Promise<void> {
  expect(await store.files()).toEqual([]);
  expect(await store.images.list({ first: 1, order: 'KEY' })).toEqual({ images: [], hasNextPage: false });
}

/** The same object with some of its methods replaced. */
function overriding<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get: (_, name) => {
      const value: unknown = Reflect.get(name in methods ? methods : target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
