import type { Database } from './database.ts';

/** `url` is MySQL's (`mysql://user:password@host:port/name`); `file` is SQLite's. */
export type DatabaseLocation = { readonly url: string } | { readonly file: string };

/**
 * Opens the database and brings its tables up to date; several processes may do so at once.
 * @throws ShoalError UNAVAILABLE
 */
export async function openDatabase(_location: DatabaseLocation): Promise<Database> {
  throw new Error('Not built yet.');
}
