import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openFilesystemStore } from './filesystem.ts';
import { describeObjectStore } from './object-store.suite.ts';
import type { StagedFile } from './object-store.ts';

describeObjectStore('A folder as object store', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-objects-'));
  const reopen = () => openFilesystemStore({ folder });
  return { store: await reopen(), reopen, remove: () => rm(folder, { recursive: true }) };
});

const NAME = { keyHash: 'abcdef0123456789abcdef0123456789', version: '019ad3f2-0000-7000-8000-000000000001' };

/** A folder that a file can't be renamed from into the temporary folder. */
const otherDisk = ['/dev/shm', '/var/tmp'].find(
  (folder) => existsSync(folder) && statSync(folder).dev !== statSync(tmpdir()).dev,
);

describe('In a folder', () => {
  test('an object is the plain picture, two levels down by its hash', async () => {
    const { folder, stage } = await makeFolder();
    const store = await openFilesystemStore({ folder: join(folder, 'objects') });
    const file = await stage(Buffer.from('the plain bytes'));
    await store.put(NAME, file);
    expect(await filesBelow(folder)).toEqual([
      `objects/ab/cd/${NAME.keyHash}.${NAME.version}.${file.sha256}.jpg`,
    ]);
    expect((await stat(join(folder, (await filesBelow(folder))[0]!))).size).toBe(15);
  });

  test.each(['../../../etc/passwd', 'abcdef0123456789abcdef012345678/', ''])(
    'a hash like %j is refused',
    async (keyHash) => {
      const { folder, stage } = await makeFolder();
      const store = await openFilesystemStore({ folder: join(folder, 'objects') });
      await expect(store.put({ ...NAME, keyHash }, await stage(randomBytes(5)))).rejects.toThrow(TypeError);
    },
  );

  test('files of others are neither listed nor taken for objects', async () => {
    const { folder, stage } = await makeFolder();
    const store = await openFilesystemStore({ folder });
    await store.put(NAME, await stage(randomBytes(5)));
    await writeFile(join(folder, 'ab', 'cd', 'README'), '');
    await writeFile(join(folder, 'ab', 'Thumbs.db'), '');
    await writeFile(join(folder, 'ab', 'cd', `${NAME.keyHash}.${NAME.version}.tmp`), '');
    const names = [];
    for await (const { keyHash, version } of store.list()) names.push({ keyHash, version });
    expect(names).toEqual([NAME]);
    expect(await store.versions(NAME.keyHash)).toEqual([NAME.version]);
  });

  test.skipIf(!otherDisk)('a file staged on another disk is copied in', async () => {
    const { folder } = await makeFolder();
    const staging = await mkdtemp(join(otherDisk!, 'shoal-staged-'));
    onTestFinished(() => rm(staging, { recursive: true }));
    const path = join(staging, 'staged');
    const bytes = randomBytes(100_000);
    await writeFile(path, bytes);
    const store = await openFilesystemStore({ folder });
    const file = { path, sizeBytes: bytes.length, sha256: '0'.repeat(64), contentType: 'image/png' };
    await store.put(NAME, file);
    expect((await buffer((await store.get(NAME))!.stream)).equals(bytes)).toBe(true);
    expect(await filesBelow(folder)).toHaveLength(1);
    expect(await readdir(staging)).toEqual([]);
  });

  test('what a crash left of a copy is removed when it is opened', async () => {
    const { folder } = await makeFolder();
    await openFilesystemStore({ folder });
    await rename(await mkdtemp(join(tmpdir(), 'shoal-left-')), join(folder, '.incoming'));
    await writeFile(join(folder, '.incoming', 'half'), 'half');
    await openFilesystemStore({ folder });
    expect(await filesBelow(folder)).toEqual([]);
  });

  test('a folder removed while running comes back with a later put', async () => {
    const { folder, stage } = await makeFolder();
    const store = await openFilesystemStore({ folder });
    await store.put(NAME, await stage(randomBytes(5)));
    await rm(join(folder, 'ab'), { recursive: true });
    const bytes = randomBytes(5);
    const file = await stage(bytes);
    await expect(store.put(NAME, file)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await store.put(NAME, file);
    expect(await buffer((await store.get(NAME))!.stream)).toEqual(bytes);
  });

  test.each([
    ['away', () => {}],
    ['a file', (path: string) => writeFile(path, 'a file where the folder was')],
  ])('one that is %s is UNAVAILABLE, and the message holds no path', async (_, replace) => {
    const { folder, stage } = await makeFolder();
    const objects = join(folder, 'objects');
    const store = await openFilesystemStore({ folder: objects });
    await rm(objects, { recursive: true });
    await replace(objects);
    const refusal = {
      name: 'ShoalError',
      code: 'UNAVAILABLE',
      message: "The folder that holds the images can't be read or written.",
    };
    await expect(store.put(NAME, await stage(randomBytes(5)))).rejects.toMatchObject(refusal);
    await expect(store.get(NAME)).rejects.toMatchObject(refusal);
    await expect(store.versions(NAME.keyHash)).rejects.toMatchObject(refusal);
    await expect(store.list()[Symbol.asyncIterator]().next()).rejects.toMatchObject(refusal);
    await expect(store.check()).rejects.toMatchObject(refusal);
  });

  test('one whose place is taken by a file is not opened', async () => {
    const { folder } = await makeFolder();
    const objects = join(folder, 'objects');
    await writeFile(objects, '');
    await expect(openFilesystemStore({ folder: objects })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

async function makeFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-objects-'));
  const staging = await mkdtemp(join(tmpdir(), 'shoal-staged-'));
  onTestFinished(async () => {
    await rm(folder, { recursive: true, force: true });
    await rm(staging, { recursive: true, force: true });
  });
  const stage = async (bytes: Buffer): Promise<StagedFile> => {
    const path = join(staging, randomBytes(8).toString('hex'));
    await writeFile(path, bytes);
    return { path, sizeBytes: bytes.length, sha256: '0'.repeat(64), contentType: 'image/jpeg' };
  };
  return { folder, stage };
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
