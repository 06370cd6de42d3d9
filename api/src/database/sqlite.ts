import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DrizzleQueryError, sql } from 'drizzle-orm';
import { drizzle, type SqliteRemoteDatabase } from 'drizzle-orm/sqlite-proxy';
import { migrate } from 'drizzle-orm/sqlite-proxy/migrator';
import Client from 'libsql';
import { ShoalError } from '../errors.ts';
import { type Database, DuplicateRow } from './database.ts';
import { sqliteTables } from './tables.sqlite.ts';

const MIGRATIONS = fileURLToPath(new URL('./migrations/sqlite', import.meta.url));
const BUSY_DEADLINE_MS = 10_000;
const BUSY_PAUSE_MS = 5;

/**
 * Opens a SQLite file, made when it is not there. What is committed survives a power cut. Statements run on the main thread; one
 * that meets another process's lock is tried again for ten seconds without blocking it.
 * @throws ShoalError UNAVAILABLE
 */
export async function openSqlite(file: string): Promise<Database> {
  const client = await openFile(file);
  const db = drizzle(
    async (text, params, method) => await whileBusy(() => execute(client, text, params, method)),
  );
  const inTurn = makeTurns();

  const database: Database = {
    dialect: 'sqlite',
    tables: sqliteTables,
    query: (work) => inTurn(() => translatingErrors(() => work(db))),
    transaction: (work) => inTurn(() => translatingErrors(() => inTransaction(db, () => work(db)))),
    affectedRows: (result) => (result as ReturnType<typeof execute>).changes,
    check: async () => {
      await inTurn(() => translatingErrors(() => db.run(sql`SELECT 1 FROM images LIMIT 1`)));
    },
    close: () =>
      inTurn(async () => {
        client.close();
      }),
  };
  try {
    await translatingErrors(() => applyMigrations(db));
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

async function openFile(file: string): Promise<Client.Database> {
  return await translatingErrors(async () => {
    await mkdir(dirname(file), { recursive: true });
    // Waiting inside SQLite would block the process: `whileBusy` waits instead.
    const client = new Client(file, { timeout: 0 });
    await whileBusy(() => client.pragma('journal_mode = WAL'));
    client.pragma('synchronous = FULL');
    client.pragma('foreign_keys = ON');
    return client;
  });
}

/** The lock is taken before asking what is to be done, so that of several processes one does it. */
async function applyMigrations(db: SqliteRemoteDatabase): Promise<void> {
  // A migration that rebuilds a table would otherwise empty the tables that refer to it.
  await db.run(sql`PRAGMA foreign_keys = OFF`);
  await inTransaction(db, async () => {
    const run = async (statements: string[]) => {
      for (const statement of statements) await db.run(sql.raw(statement));
    };
    await migrate(db, run, { migrationsFolder: MIGRATIONS });
  });
  await db.run(sql`PRAGMA foreign_keys = ON`);
}

async function inTransaction<T>(db: SqliteRemoteDatabase, work: () => Promise<T>): Promise<T> {
  await db.run(sql`BEGIN IMMEDIATE`);
  try {
    const result = await work();
    await db.run(sql`COMMIT`);
    return result;
  } catch (error) {
    // A full disk makes SQLite roll back by itself, and then this fails.
    await db.run(sql`ROLLBACK`).catch(() => undefined);
    throw error;
  }
}

function execute(client: Client.Database, text: string, params: unknown[], method: string) {
  const statement = client.prepare(text);
  if (!statement.reader) return { rows: [], changes: statement.run(params).changes };
  const rows = statement.raw().all(params);
  // drizzle wants for `get` the row itself.
  return { rows: method === 'get' ? (rows[0] as unknown[]) : rows, changes: 0 };
}

async function whileBusy<T>(work: () => T): Promise<T> {
  for (let waitedMs = 0; ; waitedMs += BUSY_PAUSE_MS) {
    try {
      return work();
    } catch (error) {
      if (!codeOf(error).startsWith('SQLITE_BUSY') || waitedMs >= BUSY_DEADLINE_MS) throw error;
    }
    await sleep(BUSY_PAUSE_MS);
  }
}

/** Lets one caller in after the other: a transaction on the only connection must not catch somebody else's statements. */
function makeTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

async function translatingErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const cause = error instanceof DrizzleQueryError ? (error.cause ?? error) : error;
    const code = codeOf(cause);
    if (code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || code === 'SQLITE_CONSTRAINT_UNIQUE') {
      throw new DuplicateRow({ cause });
    }
    if (code.startsWith('SQLITE_BUSY')) throw unavailable('is busy. Try again', cause);
    if (code.startsWith('SQLITE_FULL')) throw unavailable('has no space left on its disk', cause);
    if (/^(SQLITE_(IOERR|CANTOPEN|READONLY|CORRUPT|NOTADB)|E[A-Z]+$)/.test(code)) {
      throw unavailable('file cannot be read or written', cause);
    }
    throw cause;
  }
}

function unavailable(fault: string, cause: unknown): ShoalError {
  return new ShoalError('UNAVAILABLE', `The database ${fault}.`, { cause });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
