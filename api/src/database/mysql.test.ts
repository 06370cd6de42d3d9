import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { imageRow } from '../../test/image-row.ts';
import { type MariaDb, mariaDbMissing, startMariaDb } from '../../test/mariadb.ts';
import { ShoalError } from '../errors.ts';
import { Contention, type Database } from './database.ts';
import { openMysql } from './mysql.ts';
import { retryContention } from './retry-contention.ts';

describe.skipIf(mariaDbMissing)(`MySQL${mariaDbMissing ? ` (${mariaDbMissing})` : ''}`, () => {
  let folder: string;
  let server: MariaDb;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shoal-mysql-'));
    await makeCertificate(folder);
    server = await startMariaDb({
      isDurable: true,
      options: [
        `--ssl-cert=${join(folder, 'cert.pem')}`,
        `--ssl-key=${join(folder, 'key.pem')}`,
        '--default-time-zone=+05:30',
      ],
    });
    url = await server.createDatabase('shoal');
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(options: { ca?: string; timeoutMs?: number } = {}): Promise<Database> {
    const database = await openMysql({ url, ...options });
    onTestFinished(() => database.close());
    return database;
  }

  test('after restarts in the middle of traffic, every acknowledged write is there, and it goes on', async () => {
    const database = await open();
    const acknowledged: string[] = [];
    const failures: unknown[] = [];
    let isOver = false;
    const write = async (writer: number) => {
      for (let number = 0; !isOver; number++) {
        const key = `traffic/${writer}/${number}`;
        try {
          const insert = () =>
            database.query((db) => db.insert(database.tables.images).values(imageRow(key)));
          const inTransaction = () =>
            database.transaction(async (db) => {
              await db.insert(database.tables.images).values(imageRow(key));
              await db.select().from(database.tables.imageDeletions);
            });
          await (writer % 2 === 0 ? insert() : inTransaction());
          acknowledged.push(key);
        } catch (error) {
          failures.push(error);
          await sleep(5);
        }
      }
    };
    const writers = Array.from({ length: 12 }, (_, writer) => write(writer));
    for (let restarts = 0; restarts < 2; restarts++) {
      const before = acknowledged.length;
      await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(before + 100);
      await server.restart(async () => {
        const failed = failures.length;
        await expect.poll(() => failures.length, { timeout: 30_000 }).toBeGreaterThan(failed + 20);
      });
    }
    const before = acknowledged.length;
    await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(before + 100);
    isOver = true;
    await Promise.all(writers);
    for (const failure of failures)
      expect(failure).toMatchObject({ name: 'ShoalError', code: 'UNAVAILABLE' });
    const { images } = database.tables;
    const rows = await database.query((db) => db.select({ key: images.key }).from(images));
    const stored = new Set(rows.map(({ key }) => key));
    expect(acknowledged.filter((key) => !stored.has(key))).toEqual([]);
  });

  test('a server that hangs is given up in time, and used again when it goes on', async () => {
    const database = await open({ timeoutMs: 300 });
    await database.check();
    const goOn = server.freeze();
    try {
      const asked = Array.from({ length: 15 }, () => database.check());
      for (const outcome of await Promise.allSettled(asked)) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
      }
    } finally {
      goOn();
    }
    await expect
      .poll(() => database.check().then(() => 'answers', String), { timeout: 30_000 })
      .toBe('answers');
  });

  test('of two transactions that wait for each other one is told, and done when it is tried again', async () => {
    const database = await open();
    const { images } = database.tables;
    for (const key of ['one', 'two']) await database.query((db) => db.insert(images).values(imageRow(key)));
    let contentions = 0;
    const widen = (first: string, second: string) =>
      retryContention(async () => {
        try {
          await database.transaction(async (db) => {
            for (const key of [first, second]) {
              await db
                .update(images)
                .set({ width: sql`${images.width} + 1` })
                .where(sql`${images.key} = ${key}`);
              await sleep(50);
            }
          });
        } catch (error) {
          if (error instanceof Contention) contentions++;
          throw error;
        }
      });
    await Promise.all([widen('one', 'two'), widen('two', 'one')]);
    expect(contentions).toBeGreaterThan(0);
    const rows = await database.query((db) =>
      db
        .select({ width: images.width })
        .from(images)
        .where(sql`${images.key} in ('one', 'two')`),
    );
    expect(rows).toEqual([{ width: 3 }, { width: 3 }]);
  });

  test("the server's clock shows UTC to us, whatever its own time zone is", async () => {
    const database = await open();
    await database.query((db) => db.insert(database.tables.images).values(imageRow('clock')));
    const now = sql<string>`cast(now(3) as char)`;
    const [seen] = await database.query((db) => db.select({ now }).from(database.tables.images).limit(1));
    const difference = Date.parse(`${seen!.now.replace(' ', 'T')}Z`) - Date.now();
    expect(Math.abs(difference)).toBeLessThan(60_000);
  });

  test('connections are encrypted when somebody is named who vouches for the server', async () => {
    const database = await open({ ca: join(folder, 'cert.pem') });
    await database.query((db) => db.insert(database.tables.images).values(imageRow('tls')));
    const cipher = sql<string>`(select variable_value from information_schema.session_status where variable_name = 'Ssl_cipher')`;
    const [seen] = await database.query((db) => db.select({ cipher }).from(database.tables.images).limit(1));
    expect(seen?.cipher).toMatch(/\w+/);
  });

  test('a server for which RDS does not vouch is refused', async () => {
    const refused = await openMysql({ url, ca: 'rds' }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ShoalError);
    expect((refused as ShoalError).message).toContain('DATABASE_CA');
    await expect(openMysql({ url, ca: join(folder, 'absent.pem') })).rejects.toMatchObject({
      message: "The file that DATABASE_CA names can't be read.",
    });
  });
});

async function makeCertificate(folder: string): Promise<void> {
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost'],
    ...['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')],
  ]);
}
