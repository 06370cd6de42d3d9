import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Client from 'libsql';
import { expect, onTestFinished, test } from 'vitest';
import type { Database } from './database.ts';
import { openSqlite } from './sqlite.ts';

test('what is written after waiting for another process is committed when it is acknowledged', async () => {
  const { database, other } = await openTwice();
  for (const write of [writeAlone, writeInTransaction]) {
    other.exec('BEGIN IMMEDIATE');
    let isDone = false;
    const writing = write(database).then(() => (isDone = true));
    await turnsOfTheLoop(20);
    expect(isDone).toBe(false);
    const before = countRows(other);
    other.exec('COMMIT');
    await writing;
    expect(countRows(other)).toBe(before + 1);
    await write(database);
    expect(countRows(other)).toBe(before + 2);
    // Nothing is left that would hold the lock.
    other.exec('BEGIN IMMEDIATE; COMMIT');
  }
});

test('readers neither wait for a writer nor see what it has not committed', async () => {
  const { database, other } = await openTwice();
  await writeAlone(database);
  other.exec('BEGIN IMMEDIATE; DELETE FROM images');
  const { images } = database.tables;
  expect(await database.query((db) => db.select().from(images))).toHaveLength(1);
  other.exec('COMMIT');
  expect(await database.query((db) => db.select().from(images))).toHaveLength(0);
});

test('a refused statement leaves no lock behind', async () => {
  const { database, other } = await openTwice();
  await database.query((db) => db.insert(database.tables.images).values(row('key')));
  await expect(database.query((db) => db.insert(database.tables.images).values(row('key')))).rejects.toThrow(
    'A row with the same key exists.',
  );
  other.exec('BEGIN IMMEDIATE; COMMIT');
  await writeAlone(database);
  expect(countRows(other)).toBe(2);
});

async function openTwice(): Promise<{ database: Database; other: Client.Database }> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-sqlite-'));
  const file = join(folder, 'shoal.db');
  const database = await openSqlite(file);
  const other = new Client(file, { timeout: 1000 });
  onTestFinished(async () => {
    other.close();
    await database.close();
    await rm(folder, { recursive: true });
  });
  return { database, other };
}

async function writeAlone(database: Database): Promise<void> {
  await database.query((db) => db.insert(database.tables.images).values(row()));
}

async function writeInTransaction(database: Database): Promise<void> {
  await database.transaction((db) => db.insert(database.tables.images).values(row()));
}

function countRows(client: Client.Database): number {
  const [counted] = client.prepare('SELECT count(*) AS count FROM images').all([]) as { count: number }[];
  return counted!.count;
}

function row(key: string = randomUUID()) {
  const at = new Date();
  const facts = { contentType: 'image/png', sizeBytes: 1, width: 1, height: 1, sha256: '', thumbHash: '' };
  return { key, keyHash: '', version: randomUUID(), ...facts, createdAt: at, updatedAt: at };
}

async function turnsOfTheLoop(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
}
