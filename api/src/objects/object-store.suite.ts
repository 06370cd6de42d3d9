import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ObjectName, ObjectStore, StagedFile } from './object-store.ts';

/** A store for one test. `reopen` gives a new handle on the same objects, as after a restart. */
export interface StoreUnderTest {
  readonly store: ObjectStore;
  reopen(): Promise<ObjectStore>;
  remove(): Promise<void>;
}

/** The behaviour that every object store must show. */
export function describeObjectStore(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let underTest: StoreUnderTest;
    let store: ObjectStore;
    let folder: string;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'shoal-staged-'));
      underTest = await make();
      store = underTest.store;
    });
    afterEach(async () => {
      await underTest.remove();
      await rm(folder, { recursive: true });
    });

    async function stage(bytes: Buffer, contentType = 'image/jpeg'): Promise<StagedFile> {
      const path = join(folder, uuidv7());
      await writeFile(path, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { path, sizeBytes: bytes.length, sha256, contentType };
    }

    async function put(name: ObjectName, bytes: Buffer, contentType?: string): Promise<StagedFile> {
      const file = await stage(bytes, contentType);
      await store.put(name, file);
      return file;
    }

    test.each(['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif'])(
      'gives back the bytes, size, checksum and type of %s, also after a restart',
      async (contentType) => {
        const name = makeName();
        const bytes = randomBytes(300_000);
        const { sha256 } = await put(name, bytes, contentType);
        for (const opened of [store, await underTest.reopen()]) {
          const body = await opened.get(name);
          expect(body).toMatchObject({ sizeBytes: bytes.length, contentType, sha256 });
          expect((await buffer(body!.stream)).equals(bytes)).toBe(true);
        }
      },
    );

    test('takes the staged file over', async () => {
      const { path } = await put(makeName(), randomBytes(10));
      expect(existsSync(path)).toBe(false);
    });

    test('what is not there is undefined', async () => {
      const name = makeName();
      expect(await store.get(name)).toBeUndefined();
      await put(name, randomBytes(10));
      expect(await store.get({ ...name, version: uuidv7() })).toBeUndefined();
      expect(await store.get({ ...name, keyHash: makeName().keyHash })).toBeUndefined();
    });

    test('a put of a file that is not there stores nothing', async () => {
      const name = makeName();
      const file = await stage(randomBytes(10));
      await rm(file.path);
      await expect(store.put(name, file)).rejects.toThrow();
      expect(await store.get(name)).toBeUndefined();
      expect(await store.versions(name.keyHash)).toEqual([]);
    });

    test('names the versions of a key, and of no other key', async () => {
      const { keyHash } = makeName();
      const neighbour = keyHash.slice(0, -1) + (keyHash.endsWith('0') ? '1' : '0');
      const versions = [uuidv7(), uuidv7(), uuidv7()];
      await Promise.all(versions.map((version) => put({ keyHash, version }, randomBytes(10))));
      await put({ keyHash: neighbour, version: uuidv7() }, randomBytes(10));
      expect((await store.versions(keyHash)).sort()).toEqual(versions);
      expect(await store.versions('f'.repeat(32))).toEqual([]);
    });

    test('deletes what it is told to, and what is not there is no error', async () => {
      const [gone, stays] = [makeName(), makeName()];
      await put(gone, randomBytes(10));
      await put(stays, randomBytes(10));
      await store.delete([gone, makeName()]);
      await store.delete([gone]);
      await store.delete([]);
      expect(await store.get(gone)).toBeUndefined();
      expect(await listed(store)).toEqual([stays.version]);
    });

    test('an object that is being read when it is deleted is read to its end', async () => {
      const name = makeName();
      const bytes = randomBytes(2_000_000);
      await put(name, bytes);
      const body = await store.get(name);
      await store.delete([name]);
      expect((await buffer(body!.stream)).equals(bytes)).toBe(true);
    });

    test('lists every object with the time it was stored at', async () => {
      const names = Array.from({ length: 50 }, makeName);
      const before = Date.now();
      for (const name of names) await put(name, randomBytes(10));
      const after = Date.now();
      expect(await listed(store)).toEqual(names.map(({ version }) => version).sort());
      for await (const { storedAt } of store.list()) {
        // Stores keep times to the second or finer.
        expect(storedAt.getTime()).toBeGreaterThanOrEqual(before - 1000);
        expect(storedAt.getTime()).toBeLessThanOrEqual(after + 1000);
      }
    });

    test('can be checked', async () => {
      await store.check();
    });
  });
}

async function listed(store: ObjectStore): Promise<string[]> {
  const versions: string[] = [];
  for await (const { version } of store.list()) versions.push(version);
  return versions.sort();
}

function makeName(): ObjectName {
  return { keyHash: randomBytes(16).toString('hex'), version: uuidv7() };
}
