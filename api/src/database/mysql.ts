import { fileURLToPath } from 'node:url';
import { DrizzleQueryError } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/mysql2';
import { migrate } from 'drizzle-orm/mysql2/migrator';
import {
  type Connection,
  createConnection,
  createPool,
  type ResultSetHeader,
  type RowDataPacket,
} from 'mysql2/promise';
import { ShoalError } from '../errors.ts';
import { ConnectionLost, Contention, type Database, DuplicateRow, type Queries } from './database.ts';
import { mysqlTables } from './tables.mysql.ts';

const MIGRATIONS = fileURLToPath(new URL('./migrations/mysql', import.meta.url));
const MIGRATION_LOCK_SECONDS = 120;
const CONNECT_TIMEOUT_MS = 5_000;
const MAX_CONNECTIONS = 10;

/** What the server answers when it, not the statement, is the trouble; nothing was done. */
const SERVER_TROUBLE = new Set([
  'ER_ACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
  'ER_CON_COUNT_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_DISK_FULL',
  'ER_HOST_NOT_PRIVILEGED',
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_RECORD_FILE_FULL',
  'ER_SERVER_SHUTDOWN',
  'ER_TOO_MANY_USER_CONNECTIONS',
]);

/** What the server answers when others were in the way; nothing was done. */
const CONTENTION = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT']);

/** What the system says when no connection came about, so that nothing can have been done. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/**
 * Opens a MySQL or MariaDB database, which must exist.
 * @throws ShoalError UNAVAILABLE
 */
export async function openMysql(url: string): Promise<Database> {
  const connecting = { uri: url, charset: 'utf8mb4', timezone: 'Z', connectTimeout: CONNECT_TIMEOUT_MS };
  await translatingErrors(async () => {
    const connection = await createConnection(connecting);
    try {
      await applyMigrations(connection);
    } finally {
      connection.destroy();
    }
  });

  const pool = createPool({ ...connecting, connectionLimit: MAX_CONNECTIONS, enableKeepAlive: true });
  const db = drizzle(pool);
  return {
    dialect: 'mysql',
    tables: mysqlTables,
    query: (work) => translatingErrors(() => work(asQueries(db))),
    transaction: (work) => translatingErrors(() => db.transaction((handle) => work(asQueries(handle)))),
    affectedRows: (result) => (result as [ResultSetHeader])[0].affectedRows,
    check: async () => {
      await translatingErrors(() => pool.query('SELECT 1'));
    },
    close: () => pool.end(),
  };
}

/** The server's lock lets one process at a time migrate: two would both create the same table. */
async function applyMigrations(connection: Connection): Promise<void> {
  const name = "CONCAT('shoal:', MD5(DATABASE()))";
  const [rows] = await connection.query<RowDataPacket[]>(`SELECT GET_LOCK(${name}, ?) AS locked`, [
    MIGRATION_LOCK_SECONDS,
  ]);
  if (rows[0]?.locked !== 1) {
    throw new ShoalError(
      'UNAVAILABLE',
      'Another process has been bringing the database up to date for too long.',
    );
  }
  // The lock ends with the connection.
  await migrate(drizzle(connection), { migrationsFolder: MIGRATIONS });
}

/** See `tables.mysql.ts` on why SQLite's types stand for MySQL's. */
function asQueries(handle: object): Queries {
  return handle as Queries;
}

async function translatingErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const cause = error instanceof DrizzleQueryError ? (error.cause ?? error) : error;
    if (cause instanceof ShoalError || !(cause instanceof Error) || !('code' in cause)) throw cause;
    const code = String(cause.code);
    if (code === 'ER_DUP_ENTRY') throw new DuplicateRow({ cause });
    if (CONTENTION.has(code)) throw new Contention({ cause });
    if (SERVER_TROUBLE.has(code) || NOT_CONNECTED.has(code)) {
      throw new ShoalError('UNAVAILABLE', "The database can't be used now. Try again later.", { cause });
    }
    // Only the server's own answers have a state; all else is a connection that broke.
    if (!('sqlState' in cause)) throw new ConnectionLost({ cause });
    throw cause;
  }
}
