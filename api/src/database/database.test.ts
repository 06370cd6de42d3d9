import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asc, eq, gt } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { imageRow } from '../../test/image-row.ts';
import { onEveryDatabase } from '../../test/databases.ts';
import { ShoalError } from '../errors.ts';
import { type Database, DuplicateRow } from './database.ts';
import { openDatabase } from './open-database.ts';

onEveryDatabase((databases) => {
  test('opens twice, and finds what was written', async () => {
    const location = await databases.locate();
    const first = await databases.open(location);
    await insert(first, 'sea/one.jpg');
    const second = await databases.open(location);
    expect(await keys(second)).toEqual(['sea/one.jpg']);
    await second.check();
  });

  test('several processes may open a new database at once', { timeout: 60_000 }, async () => {
    const location = await databases.locate();
    const openInProcess = async () => {
      const script = `
        const { openDatabase } = await import(${JSON.stringify(new URL('./open-database.ts', import.meta.url).href)});
        const database = await openDatabase(${JSON.stringify(location)});
        await database.check();
        await database.close();
      `;
      const child = spawn(
        process.execPath,
        ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', script],
        { cwd: fileURLToPath(new URL('../..', import.meta.url)), stdio: ['ignore', 'ignore', 'pipe'] },
      );
      const errors: Buffer[] = [];
      child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
      const [code] = (await once(child, 'close')) as [number];
      return `${code}${Buffer.concat(errors).toString()}`;
    };
    expect(await Promise.all([1, 2, 3].map(openInProcess))).toEqual(['0', '0', '0']);
  });

  test('keys differ by case, accent and trailing space, and are ordered by code point', async () => {
    const database = await databases.open();
    const inOrder = ['A', 'a', 'a ', 'a  ', 'ä', 'é', 'ﬀ', '\u{FFFD}', '🌊', '🌊/\u{10FFFF}'];
    for (const key of inOrder.toReversed()) await insert(database, key);
    expect(await keys(database)).toEqual(inOrder);
    const { images } = database.tables;
    const above = await database.query((db) =>
      db.select({ key: images.key }).from(images).where(gt(images.key, '\u{FFFD}')).orderBy(asc(images.key)),
    );
    expect(above.map((row) => row.key)).toEqual(['🌊', '🌊/\u{10FFFF}']);
  });

  test('a key of 200 characters of four bytes fits', async () => {
    const database = await databases.open();
    await insert(database, '🐟'.repeat(200));
    expect(await keys(database)).toEqual(['🐟'.repeat(200)]);
  });

  test('times come back to the millisecond', async () => {
    const database = await databases.open();
    const { images } = database.tables;
    const createdAt = new Date('2026-03-29T01:30:00.123Z');
    await insert(database, 'key', { createdAt });
    const [row] = await database.query((db) => db.select().from(images));
    expect(row?.createdAt).toEqual(createdAt);
  });

  test('a second row with the same key is a DuplicateRow', async () => {
    const database = await databases.open();
    await insert(database, 'key');
    await expect(insert(database, 'key')).rejects.toThrow(DuplicateRow);
  });

  test('says how many rows a statement has matched, changed or not', async () => {
    const database = await databases.open();
    const { images } = database.tables;
    await insert(database, 'key');
    const setWidth = async (key: string) =>
      database.affectedRows(
        await database.query((db) => db.update(images).set({ width: 7 }).where(eq(images.key, key))),
      );
    expect([await setWidth('key'), await setWidth('key'), await setWidth('other')]).toEqual([1, 1, 0]);
    const remove = async () => database.affectedRows(await database.query((db) => db.delete(images)));
    expect([await remove(), await remove()]).toEqual([1, 0]);
  });

  test('a transaction does all or nothing, and others see nothing of it before its end', async () => {
    const database = await databases.open();
    const { images } = database.tables;
    const failing = database.transaction(async (db) => {
      await db.insert(images).values(imageRow('half'));
      throw new ShoalError('CONFLICT', 'No.');
    });
    const seenMeanwhile = keys(database);
    await expect(failing).rejects.toThrow('No.');
    expect(await seenMeanwhile).toEqual([]);
    await database.transaction(async (db) => {
      await db.insert(images).values(imageRow('one'));
      await db.insert(images).values(imageRow('two'));
    });
    expect(await keys(database)).toEqual(['one', 'two']);
  });

  test('two handles write at the same time', async () => {
    const location = await databases.locate();
    const [one, two] = [await databases.open(location), await databases.open(location)];
    const many = Array.from({ length: 40 }, (_, index) => `key-${String(index).padStart(2, '0')}`);
    await Promise.all(
      many.map((key, index) => {
        const database = index % 2 === 0 ? one : two;
        return database.transaction(async (db) => {
          await db.insert(database.tables.images).values(imageRow(key));
          await new Promise((resolve) => setImmediate(resolve));
        });
      }),
    );
    expect(await keys(one)).toEqual(many);
  });
});

describe('A database that cannot be used is UNAVAILABLE, and the message holds no path, address or password', () => {
  test('a file that is not SQLite', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-sqlite-'));
    const file = join(folder, 'shoal.db');
    await writeFile(file, 'this is not a database, but long enough to have a header\n'.repeat(40));
    await expectUnavailable(openDatabase({ file }), folder);
    await rm(folder, { recursive: true });
  });

  test('a folder that is a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-sqlite-'));
    await writeFile(join(folder, 'file'), '');
    await expectUnavailable(openDatabase({ file: join(folder, 'file', 'shoal.db') }), folder);
    await rm(folder, { recursive: true });
  });

  test('a server that is not there', async () => {
    const url = 'mysql://someone:pass-word@localhost/shoal?socketPath=/nowhere/socket';
    await expectUnavailable(openDatabase({ url }), 'pass-word', '/nowhere', 'localhost');
  });
});

async function expectUnavailable(opening: Promise<Database>, ...secrets: string[]) {
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'ShoalError', code: 'UNAVAILABLE' });
  for (const secret of secrets) expect((error as ShoalError).message).not.toContain(secret);
}

async function insert(database: Database, key: string, changes: { createdAt?: Date } = {}) {
  await database.query((db) => db.insert(database.tables.images).values({ ...imageRow(key), ...changes }));
}

async function keys(database: Database) {
  const { images } = database.tables;
  const rows = await database.query((db) =>
    db.select({ key: images.key }).from(images).orderBy(asc(images.key)),
  );
  return rows.map(({ key }) => key);
}
