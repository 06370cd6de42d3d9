import { randomUUID } from 'node:crypto';
import Client from 'libsql';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { describe, expect, test } from 'vitest';
import { onEveryDatabase } from '../../test/databases.ts';
import type { Database } from '../database/database.ts';
import type { DatabaseLocation } from '../database/open-database.ts';
import { buildPageQuery, findBySha256, listImages, type PageRequest } from './list-images.ts';

onEveryDatabase((databases) => {
  test('pages by key cover all keys once, in the order of code points', async () => {
    const database = await databases.open();
    const keys = ['A', 'a', 'a/1', 'a/2', 'b', 'ä', '\u{FFFD}', '🌊', '🌊a'];
    await insert(database, keys.toReversed());
    for (const first of [1, 2, 4, 9, 10]) expect(await walk(database, { first, order: 'KEY' })).toEqual(keys);
  });

  test('pages by newest cover all images once, the newest first', async () => {
    const database = await databases.open();
    await insert(database, ['old', 'middle', 'new']);
    for (const first of [1, 2, 3]) {
      expect(await walk(database, { first, order: 'NEWEST' })).toEqual(['new', 'middle', 'old']);
    }
  });

  test('images are found by their contents', async () => {
    const database = await databases.open();
    await insert(database, ['b', 'a', 'c']);
    expect((await findBySha256(database, ['', 'x'])).map(({ key }) => key)).toEqual(['a', 'b', 'c']);
    expect(await findBySha256(database, ['x'])).toEqual([]);
  });

  test('a page says whether another follows', async () => {
    const database = await databases.open();
    await insert(database, ['a', 'b', 'c']);
    const page = async (first: number) => (await listImages(database, { first, order: 'KEY' })).hasNextPage;
    expect([await page(2), await page(3), await page(4)]).toEqual([true, false, false]);
  });

  test('a prefix is taken as it is written', async () => {
    const database = await databases.open();
    const keys = [
      '%',
      '%a',
      'Sea',
      '_',
      'sea',
      'sea 1',
      'sea%1',
      'sea/',
      'sea/1',
      'sea/2',
      'sea0',
      'sebastian',
      '\ud7ff',
      '\ud7ffx',
      '\ue000',
      '\u{10ffff}',
      '\u{10ffff}x',
    ];
    await insert(database, keys);
    for (const prefix of ['sea/', 'sea', 'sea ', 's', '%', '_', '', '\ud7ff', '\u{10ffff}', 'no such']) {
      for (const first of [1, 3, 100]) {
        const expected = keys.filter((key) => key.startsWith(prefix));
        expect(await walk(database, { first, order: 'KEY', prefix })).toEqual(expected);
      }
    }
  });

  test('a prefix may come in another normal form', async () => {
    const database = await databases.open();
    await insert(database, ['caf\u00e9/1']);
    expect(await walk(database, { first: 5, order: 'KEY', prefix: 'cafe\u0301' })).toEqual(['caf\u00e9/1']);
  });

  test('a position before the prefix begins with the prefix', async () => {
    const database = await databases.open();
    await insert(database, ['a', 'b/1', 'b/2', 'c']);
    const { images } = await listImages(database, {
      first: 9,
      order: 'KEY',
      prefix: 'b/',
      after: { key: 'a' },
    });
    expect(images.map(({ key }) => key)).toEqual(['b/1', 'b/2']);
  });

  test.each<[string, PageRequest]>([
    ['a prefix with NEWEST', { first: 1, order: 'NEWEST', prefix: 'a' }],
    ['a key with NEWEST', { first: 1, order: 'NEWEST', after: { key: 'a' } }],
    ['a version with KEY', { first: 1, order: 'KEY', after: { version: 'a' } }],
    ['half a surrogate pair', { first: 1, order: 'KEY', prefix: '\ud83c' }],
  ])('%s is bad input', async (_name, request) => {
    const database = await databases.open();
    await expect(listImages(database, request)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  describe('A page of many rows is read from an index alone:', () => {
    const after = { key: 'key 01500' };
    test.each<[string, PageRequest, bound: string]>([
      ['by key', { first: 50, order: 'KEY' }, '>='],
      ['by key, in the middle', { first: 50, order: 'KEY', after }, '>'],
      ['with a prefix', { first: 50, order: 'KEY', prefix: 'key 01' }, '>='],
      ['with a prefix, in the middle', { first: 50, order: 'KEY', prefix: 'key 01', after }, '>'],
      ['by newest', { first: 50, order: 'NEWEST' }, ''],
      ['by newest, in the middle', { first: 50, order: 'NEWEST', after: { version: versionOf(1500) } }, '<'],
    ])('%s', async (_name, request, bound) => {
      const location = await databases.locate();
      const database = await databases.open(location);
      await insert(
        database,
        Array.from({ length: 2000 }, (_, index) => `key ${String(index).padStart(5, '0')}`),
      );
      const column = request.order === 'KEY' ? 'image_key' : 'version';
      const query = await database.query(async (db) => buildPageQuery(db, database.tables, request).toSQL());
      expect(query.sql).not.toMatch(/offset/i);
      // One lower bound, where the page begins: a second one could be the one that is searched by.
      const lowerBounds = query.sql.match(new RegExp(`${column}.{1,2} (>=?|<) `, 'g')) ?? [];
      expect(lowerBounds.filter((text) => bound !== '' && text.includes(`${bound} `)).length).toBe(
        bound === '' ? 0 : 1,
      );
      expect(await explain(location, query)).toBe(
        request.order === 'KEY' ? 'the index of image_key' : 'the index of version',
      );
    });
  });
});

/** Which index answers a query; anything else that the database would do for it is told in its own words. */
async function explain(
  location: DatabaseLocation,
  { sql, params }: { sql: string; params: unknown[] },
): Promise<string> {
  if ('file' in location) {
    const client = new Client(location.file);
    const steps = client.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(params) as { detail: string }[];
    client.close();
    const plan = steps.map(({ detail }) => detail).join('; ');
    if (/^(SEARCH|SCAN) images USING INDEX sqlite_autoindex_images_1( |$)[^;]*$/.test(plan))
      return 'the index of image_key';
    if (/^(SEARCH|SCAN) images USING INDEX images_by_version( |$)[^;]*$/.test(plan))
      return 'the index of version';
    return plan;
  }
  const connection = await createConnection(location.url);
  const [steps] = await connection.query<RowDataPacket[]>(`EXPLAIN ${sql}`, params);
  connection.destroy();
  const [step] = steps;
  if (steps.length !== 1 || /filesort|temporary/i.test(String(step?.Extra))) return JSON.stringify(steps);
  if (step?.key === 'PRIMARY') return 'the index of image_key';
  if (step?.key === 'images_by_version') return 'the index of version';
  return JSON.stringify(steps);
}

/** Reads all pages, one after the other. */
async function walk(database: Database, request: PageRequest): Promise<string[]> {
  const keys: string[] = [];
  let after = request.after;
  for (;;) {
    const page = await listImages(database, { ...request, after });
    expect(page.images.length).toBeLessThanOrEqual(request.first);
    keys.push(...page.images.map(({ key }) => key));
    const last = page.images.at(-1);
    if (!page.hasNextPage || !last) return keys;
    after = request.order === 'KEY' ? { key: last.key } : { version: last.version };
  }
}

async function insert(database: Database, keys: readonly string[]): Promise<void> {
  const at = new Date();
  const facts = { contentType: 'image/png', sizeBytes: 1, width: 1, height: 1, sha256: '', thumbHash: '' };
  for (let from = 0; from < keys.length; from += 500) {
    const rows = keys.slice(from, from + 500).map((key, index) => ({
      key,
      keyHash: randomUUID().replaceAll('-', ''),
      version: versionOf(from + index),
      ...facts,
      createdAt: at,
      updatedAt: at,
    }));
    await database.query((db) => db.insert(database.tables.images).values(rows));
  }
}

function versionOf(index: number): string {
  return `019ad3f2-0000-7000-8000-${String(index).padStart(12, '0')}`;
}
