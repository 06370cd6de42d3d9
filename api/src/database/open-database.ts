import type { Database } from './database.ts';

/** `url` is MySQL's (`mysql://user:password@host:port/name`); `file` is SQLite's. See `MysqlOptions` for the rest. */
export type DatabaseLocation =
  { readonly url: string; readonly ca?: string | undefined } | { readonly file: string };

/**
 * Opens the database and brings its tables up to date; several processes may do so at once.
 * @throws ShoalError UNAVAILABLE
 */
export async function openDatabase(location: DatabaseLocation): Promise<Database> {
  // Only the one that is used is loaded: both would make every start slower.
  if ('url' in location) return await (await import('./mysql.ts')).openMysql(location);
  return await (await import('./sqlite.ts')).openSqlite(location.file);
}
