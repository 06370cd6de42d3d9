import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { makePicture } from '../../test/pictures.ts';
import { openDatabase } from '../database/open-database.ts';
import { openFilesystemStore } from '../objects/filesystem.ts';
import { openStaging } from '../objects/staging.ts';

const ROUNDS = 4;

/** Uploads one picture under ever new keys, several at once, and prints each key once it is acknowledged. */
const UPLOADER = `
  const [folder, picture, round] = process.argv.slice(1);
  const { createReadStream } = await import('node:fs');
  const { openDatabase } = await import('./src/database/open-database.ts');
  const { openFilesystemStore } = await import('./src/objects/filesystem.ts');
  const { openStaging } = await import('./src/objects/staging.ts');
  const { ImageService } = await import('./src/images/image-service.ts');
  const { inspectImage } = await import('./src/images/decoding/inspect-image.ts');
  const images = new ImageService({
    database: await openDatabase({ file: folder + '/shoal.db' }),
    objects: await openFilesystemStore({ folder: folder + '/objects' }),
    staging: await openStaging({ folder: folder + '/staging' }),
    entries: { removeVersions: async () => {}, clear: async () => {} },
    decoder: { inspect: inspectImage },
    maxUploadBytes: 1e9,
    maxPixels: 1e9,
    now: Date.now,
  });
  const uploadForEver = async (line) => {
    for (let number = 0; ; number++) {
      const key = [round, line, number].join('/');
      await images.upload({ key, file: createReadStream(picture, { highWaterMark: 1000 }), overwrite: false });
      console.log(key);
    }
  };
  await Promise.all([1, 2, 3].map(uploadForEver));
`;

test('A process killed in the middle of uploads loses no acknowledged image and leaves none that is half there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-crash-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const bytes = await makePicture('png', 200, 150);
  await writeFile(join(folder, 'picture'), bytes);
  const acknowledged: string[] = [];
  for (let round = 0; round < ROUNDS; round++) acknowledged.push(...(await uploadUntilKilled(folder, round)));

  await openStaging({ folder: join(folder, 'staging') });
  const database = await openDatabase({ file: join(folder, 'shoal.db') });
  onTestFinished(() => database.close());
  const objects = await openFilesystemStore({ folder: join(folder, 'objects') });
  const { images } = database.tables;
  const rows = await database.query((db) => db.select().from(images));
  expect(rows.map(({ key }) => key)).toEqual(expect.arrayContaining(acknowledged));
  for (const { keyHash, version } of rows) expect(await objects.versions(keyHash)).toEqual([version]);

  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.parentPath !== folder);
  // An upload that was killed between object and row leaves its object to the sweeper: at most one of each line.
  expect(files.length).toBeLessThanOrEqual(rows.length + 3 * ROUNDS);
  for (const file of files) {
    const path = join(file.parentPath, file.name);
    expect(path).toContain(`${folder}/objects/`);
    expect(
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    ).toBe(sha256);
  }
}, 60_000);

/** Kills the process after a few uploads, wherever the next ones are; returns the keys that it has acknowledged. */
async function uploadUntilKilled(folder: string, round: number): Promise<string[]> {
  const child = spawn(
    process.execPath,
    [
      '--import',
      import.meta.resolve('tsx'),
      '--input-type=module',
      '--eval',
      UPLOADER,
      folder,
      join(folder, 'picture'),
      String(round),
    ],
    { cwd: join(import.meta.dirname, '..', '..'), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'close');
  const keys: string[] = [];
  for await (const key of createInterface({ input: child.stdout })) {
    keys.push(key);
    if (keys.length === 5 + round * 2) child.kill('SIGKILL');
  }
  await ended;
  expect(child.signalCode).toBe('SIGKILL');
  return keys;
}
