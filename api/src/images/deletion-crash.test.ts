import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { uuidv7 } from 'uuidv7';
import { expect, onTestFinished, test } from 'vitest';
import type { Database } from '../database/database.ts';
import { openDatabase } from '../database/open-database.ts';
import { openFilesystemStore } from '../objects/filesystem.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { type DeletionRow, findLatestDeletion } from './deletion-row.ts';
import { hashKey } from './key.ts';

const IMAGES = 1200;

/** Goes on with the deletion of all images or, asked to, begins one. Removing objects takes some time. */
const DELETER = `
  const [folder, task] = process.argv.slice(1);
  const { setTimeout: sleep } = await import('node:timers/promises');
  const { openDatabase } = await import('./src/database/open-database.ts');
  const { openFilesystemStore } = await import('./src/objects/filesystem.ts');
  const { DeletionOfAll } = await import('./src/images/deletion-of-all.ts');
  const { makeNewId } = await import('./src/ordered-id.ts');
  const objects = await openFilesystemStore({ folder: folder + '/objects' });
  const slowly = { list: () => objects.list(), delete: async (names) => { await sleep(50); await objects.delete(names); } };
  const deletion = new DeletionOfAll({
    database: await openDatabase({ file: folder + '/shoal.db' }),
    objects: slowly,
    entries: { clear: () => sleep(20) },
    now: Date.now,
    newId: makeNewId(Date.now),
    onRowsRemoved: () => {},
  });
  if (task === 'begin') await deletion.run();
  else deletion.resume((error) => { throw error; });
  setInterval(() => {}, 1000);
`;

test('a deletion of all images that is killed again and again is done in the end, and nothing is left', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-deletion-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const database = await openDatabase({ file: join(folder, 'shoal.db') });
  onTestFinished(() => database.close());
  const objects = await openFilesystemStore({ folder: join(folder, 'objects') });
  await fill(folder, database, objects);
  const watch = (hasCome: (deletion: DeletionRow) => boolean) => async () => {
    const deletion = await findLatestDeletion(database);
    return deletion !== undefined && hasCome(deletion);
  };

  await runUntil(
    folder,
    'begin',
    watch(({ imagesDeleted }) => imagesDeleted > 0),
  );
  const begun = await findLatestDeletion(database);
  expect(begun).toMatchObject({ state: 'RUNNING', imagesTotal: IMAGES });
  await runUntil(
    folder,
    'resume',
    watch(({ imagesDeleted }) => imagesDeleted === IMAGES),
  );
  await runUntil(
    folder,
    'resume',
    watch(({ objectsRemoved }) => objectsRemoved > 0),
  );
  expect(await findLatestDeletion(database)).toMatchObject({ state: 'RUNNING', imagesDeleted: IMAGES });
  await runUntil(
    folder,
    'resume',
    watch(({ state }) => state === 'DONE'),
  );

  const done = await findLatestDeletion(database);
  expect(done).toMatchObject({ id: begun!.id, imagesTotal: IMAGES, imagesDeleted: IMAGES });
  expect(await database.query((db) => db.select().from(database.tables.images))).toEqual([]);
  const left = await readdir(join(folder, 'objects'), { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => entry.isFile())).toEqual([]);
}, 60_000);

/** Rows, and an object for each third of them. */
async function fill(folder: string, database: Database, objects: ObjectStore): Promise<void> {
  const at = new Date();
  const facts = { contentType: 'image/png', sizeBytes: 1, width: 1, height: 1, sha256: '', thumbHash: '' };
  const rows = Array.from({ length: IMAGES }, (_, index) => {
    const key = `key ${index}`;
    return { key, keyHash: hashKey(key), version: uuidv7(), ...facts, createdAt: at, updatedAt: at };
  });
  for (let from = 0; from < IMAGES; from += 100) {
    await database.query((db) => db.insert(database.tables.images).values(rows.slice(from, from + 100)));
  }
  const path = join(folder, 'staged');
  for (let index = 0; index < IMAGES; index += 3) {
    await writeFile(path, 'x');
    await objects.put(rows[index]!, { path, sizeBytes: 1, sha256: '0'.repeat(64), contentType: 'image/png' });
  }
}

/** Kills the process as soon as it has come so far. */
async function runUntil(folder: string, task: string, hasCome: () => Promise<boolean>): Promise<void> {
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', DELETER, folder, task],
    { cwd: join(import.meta.dirname, '..', '..'), stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = once(child, 'close');
  const errors = text(child.stderr);
  try {
    while (child.exitCode === null && !(await hasCome()))
      await new Promise((resolve) => setTimeout(resolve, 2));
  } finally {
    child.kill('SIGKILL');
  }
  await ended;
  expect(await errors).toBe('');
  expect(child.signalCode).toBe('SIGKILL');
}
