import type { Database } from './database.ts';
import { openMysql } from './mysql.ts';
import { openSqlite } from './sqlite.ts';

/** `url` is MySQL's (`mysql://user:password@host:port/name`); `file` is SQLite's. */
export type DatabaseLocation = { readonly url: string } | { readonly file: string };

/**
 * Opens the database and brings its tables up to date; several processes may do so at once.
 * @throws ShoalError UNAVAILABLE
 */
export async function openDatabase(location: DatabaseLocation): Promise<Database> {
  return 'url' in location ? await openMysql(location.url) : await openSqlite(location.file);
}
