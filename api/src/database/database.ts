import type { SqliteRemoteDatabase } from 'drizzle-orm/sqlite-proxy';
import { ShoalError } from '../errors.ts';
import type { Tables } from './tables.ts';

/** drizzle's query builder. The type is SQLite's, the object may be MySQL's: build only what is the same on both. */
export type Queries = Pick<
  SqliteRemoteDatabase,
  'select' | 'selectDistinct' | 'insert' | 'update' | 'delete'
>;

/** The rows: MySQL, or a SQLite file. All queries go through `query` or `transaction`, which make their errors Shoal's. */
export interface Database {
  readonly dialect: 'sqlite' | 'mysql';
  readonly tables: Tables;
  /**
   * Runs one statement or a few independent ones; on SQLite the next caller waits until they are done, and on MySQL they are run again
   * where others were in the way.
   * @throws ShoalError UNAVAILABLE when the database can't be reached, is busy or full; Contention; ConnectionLost; DuplicateRow
   */
  query<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /**
   * Runs all statements of `work` or none. Inside, use only the handle passed in: on SQLite every other query waits for the end.
   * @throws Contention as well
   */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /** How many rows an awaited update or delete has matched. */
  affectedRows(result: unknown): number;
  /** Rejects with the reason while the database can't be used. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** An insert met a row with the same primary key or unique value. */
export class DuplicateRow extends Error {
  constructor(options: ErrorOptions) {
    super('A row with the same key exists.', options);
  }
}

/** Others wrote the same rows at the same time (on MySQL: a deadlock). Nothing was done, and it may be tried again. */
export class Contention extends ShoalError {
  constructor(options: ErrorOptions) {
    super('UNAVAILABLE', 'The database is busy. Try again.', options);
  }
}

/** The connection broke with a statement on its way: whether it was done is not known. */
export class ConnectionLost extends ShoalError {
  constructor(options: ErrorOptions) {
    super('UNAVAILABLE', 'The connection to the database was lost. Try again.', options);
  }
}
