import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Client from 'libsql';

/** How long a try blocks the process, and how many follow one another: ten seconds or so. */
const BUSY_TIMEOUT_MS = 10;
const BUSY_PAUSE_MS = 10;
const MAX_BUSY_TRIES = 500;

/**
 * One connection to a SQLite file. What another process has locked is waited for without blocking this one.
 *
 * A prepared statement that meets a lock stays half-executed until the garbage collector finds it, and meanwhile nothing that this
 * connection writes is committed, though it says so. So a lock is only ever waited for by `exec`, which leaves no statement
 * behind, and by reads, of which the same statement is run again.
 */
export class SqliteConnection {
  readonly #client: Client.Database;

  private constructor(client: Client.Database) {
    this.#client = client;
  }

  /** Opens the file, made when it is not there, such that what is committed survives a power cut. */
  static async open(file: string): Promise<SqliteConnection> {
    await mkdir(dirname(file), { recursive: true });
    const client = new Client(file, { timeout: BUSY_TIMEOUT_MS });
    try {
      await whileBusy(() => client.exec('PRAGMA journal_mode = WAL'));
      client.exec('PRAGMA synchronous = FULL');
      client.exec('PRAGMA foreign_keys = ON');
      return new SqliteConnection(client);
    } catch (error) {
      client.close();
      throw error;
    }
  }

  /** Runs one statement; outside a transaction, what it writes is committed when this resolves. */
  async run(sql: string, params: unknown[] = []): Promise<{ rows: unknown[][]; changes: number }> {
    const client = this.#client;
    const statement = await whileBusy(() => client.prepare(sql));
    const execute = () =>
      statement.reader
        ? { rows: statement.raw().all(params) as unknown[][], changes: 0 }
        : { rows: [], changes: statement.run(params).changes };
    if (client.inTransaction || isRead(sql)) return await whileBusy(execute);
    return await this.transaction(async () => execute());
  }

  /** Runs `work` with the lock for writing; nothing else may use the connection until it is done. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    const client = this.#client;
    await whileBusy(() => client.exec('BEGIN IMMEDIATE'));
    try {
      const result = await work();
      client.exec('COMMIT');
      return result;
    } catch (error) {
      // A full disk makes SQLite roll back by itself.
      if (client.inTransaction) client.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#client.close();
  }
}

function isRead(sql: string): boolean {
  return /^\s*(select|pragma|explain)\b/i.test(sql);
}

async function whileBusy<T>(work: () => T): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return work();
    } catch (error) {
      const isBusy = error instanceof Client.SqliteError && error.code.startsWith('SQLITE_BUSY');
      if (!isBusy || tries === MAX_BUSY_TRIES) throw error;
    }
    await sleep(BUSY_PAUSE_MS);
  }
}
