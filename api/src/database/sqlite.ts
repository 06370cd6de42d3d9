import { fileURLToPath } from 'node:url';
import { DrizzleQueryError } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/sqlite-proxy';
import { migrate } from 'drizzle-orm/sqlite-proxy/migrator';
import { ShoalError } from '../errors.ts';
import { type Database, DuplicateRow } from './database.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { sqliteTables } from './tables.sqlite.ts';

const MIGRATIONS = fileURLToPath(new URL('./migrations/sqlite', import.meta.url));

/**
 * Opens a SQLite file, made when it is not there. What is committed survives a power cut. Statements run on the main thread.
 * @throws ShoalError UNAVAILABLE
 */
export async function openSqlite(file: string): Promise<Database> {
  const connection = await translatingErrors(() => SqliteConnection.open(file));
  const db = drizzle(async (sql, params, method) => {
    const { rows, changes } = await connection.run(sql, params);
    // drizzle wants for `get` the row itself.
    return { rows: method === 'get' ? (rows[0] as unknown[]) : rows, changes };
  });
  const inTurn = makeTurns();
  try {
    await translatingErrors(() => applyMigrations(connection));
  } catch (error) {
    connection.close();
    throw error;
  }
  return {
    dialect: 'sqlite',
    tables: sqliteTables,
    query: (work) => inTurn(() => translatingErrors(() => work(db))),
    transaction: (work) => inTurn(() => translatingErrors(() => connection.transaction(() => work(db)))),
    affectedRows: (result) => (result as { changes: number }).changes,
    check: async () => {
      await inTurn(() => translatingErrors(() => connection.run('SELECT 1 FROM images LIMIT 1')));
    },
    close: () => inTurn(async () => connection.close()),
  };
}

/** The lock is taken before asking what is to be done, so that of several processes one does it. */
async function applyMigrations(connection: SqliteConnection): Promise<void> {
  const db = drizzle((sql, params) => connection.run(sql, params));
  // A migration that rebuilds a table would otherwise empty the tables that refer to it.
  await connection.run('PRAGMA foreign_keys = OFF');
  await connection.transaction(async () => {
    const run = async (statements: string[]) => {
      for (const statement of statements) await connection.run(statement);
    };
    await migrate(db, run, { migrationsFolder: MIGRATIONS });
  });
  await connection.run('PRAGMA foreign_keys = ON');
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
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
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
