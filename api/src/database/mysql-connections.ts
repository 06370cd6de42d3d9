import { drizzle, type MySql2Database } from 'drizzle-orm/mysql2';
import { createPool, type Pool, type PoolConnection, type PoolOptions } from 'mysql2/promise';
import { ShoalError } from '../errors.ts';
import { ConnectionLost } from './database.ts';
import { spoilsConnection } from './mysql-faults.ts';

const MAX_CONNECTIONS = 10;

/** Times in UTC, and locks that are waited for no longer than somebody waits for an answer. */
const SESSION = "SET time_zone = '+00:00', innodb_lock_wait_timeout = 5";

/**
 * A bounded number of connections, made when they are needed. One that breaks, or that does not answer in time, is closed, and another
 * one is made for the next who asks.
 */
export class MysqlConnections {
  readonly #pool: Pool;
  readonly #handles = new WeakMap<object, MySql2Database>();

  constructor(options: PoolOptions) {
    this.#pool = createPool({ ...options, connectionLimit: MAX_CONNECTIONS, enableKeepAlive: true });
    // Whoever uses a connection is told of its failure by what it asked; nobody asks an idle one.
    this.#pool.on('connection', (connection) => {
      connection.on('error', () => undefined);
    });
  }

  /**
   * Runs work on one connection.
   * @throws ShoalError UNAVAILABLE when no connection becomes free in time; ConnectionLost when the work is not done in time
   */
  async run<T>(work: (db: MySql2Database) => Promise<T>, timeoutMs: number): Promise<T> {
    const connection = await this.#acquire(timeoutMs);
    try {
      const result = await within(timeoutMs, work(this.#handleOf(connection)), tooSlow);
      connection.release();
      return result;
    } catch (error) {
      if (error instanceof ConnectionLost || spoilsConnection(error)) discard(connection);
      else connection.release();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #acquire(timeoutMs: number): Promise<PoolConnection> {
    const asked = this.#pool.getConnection();
    const connection = await within(timeoutMs, asked, allBusy).catch((error: unknown) => {
      asked.then((late) => late.release()).catch(() => undefined);
      throw error;
    });
    if (this.#handles.has(connection.connection)) return connection;
    try {
      await within(timeoutMs, connection.query(SESSION), tooSlow);
    } catch (error) {
      discard(connection);
      throw error;
    }
    this.#handles.set(connection.connection, drizzle(connection));
    return connection;
  }

  #handleOf(connection: PoolConnection): MySql2Database {
    const handle = this.#handles.get(connection.connection);
    if (handle === undefined) throw new Error('A connection was not set up.');
    return handle;
  }
}

/** Without the courtesies, for which a server that hangs would have to answer. */
function discard(connection: PoolConnection): void {
  connection.destroy();
  (connection.connection as unknown as { stream: { destroy(): void } }).stream.destroy();
}

async function within<T>(ms: number, work: Promise<T>, refusal: () => ShoalError): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(refusal()), ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
    // What comes after the deadline is nobody's.
    work.catch(() => undefined);
  }
}

function tooSlow(): ShoalError {
  return new ConnectionLost({ cause: new Error('The database has not answered in time.') });
}

function allBusy(): ShoalError {
  return new ShoalError('UNAVAILABLE', 'The database is busy. Try again.');
}
