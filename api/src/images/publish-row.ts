import { and, eq } from 'drizzle-orm';
import { type Database, DuplicateRow } from '../database/database.ts';
import { ShoalError } from '../errors.ts';
import type { ImageRow } from './image-row.ts';

/** What became of a new version. SUPERSEDED: a newer one has come first, so that this one is an old version already. */
export interface Publication {
  readonly outcome: 'UPLOADED' | 'REPLACED' | 'SUPERSEDED';
  readonly image: ImageRow;
}

/**
 * Makes a version that is safely stored the newest of its key. Each statement changes the row only as it was last seen, so that of
 * uploads that race none is lost and no older version wins.
 * @throws ShoalError CONFLICT when the key is taken and may not be replaced
 */
export async function publishRow(
  database: Database,
  image: ImageRow,
  overwrite: boolean,
): Promise<Publication> {
  if (!overwrite) {
    if (await insertRow(database, image)) return { outcome: 'UPLOADED', image };
    throw keyIsTaken(image.key);
  }
  for (;;) {
    const before = await findRow(database, image.key);
    if (before === undefined) {
      if (await insertRow(database, image)) return { outcome: 'UPLOADED', image };
      continue;
    }
    const next = { ...image, createdAt: before.createdAt };
    if (before.version > image.version) return { outcome: 'SUPERSEDED', image: next };
    if (await replaceRow(database, before, next)) return { outcome: 'REPLACED', image: next };
  }
}

export async function findRow(database: Database, key: string): Promise<ImageRow | undefined> {
  const { images } = database.tables;
  const rows = await database.query((db) => db.select().from(images).where(eq(images.key, key)));
  return rows[0];
}

/** Removes the row unless it has changed since it was read; returns whether it did. */
export async function removeRow(database: Database, { key, version }: ImageRow): Promise<boolean> {
  const { images } = database.tables;
  const isSame = and(eq(images.key, key), eq(images.version, version));
  const result = await database.query((db) => db.delete(images).where(isSame));
  return database.affectedRows(result) > 0;
}

export function keyIsTaken(key: string): ShoalError {
  return new ShoalError(
    'CONFLICT',
    `There is an image under the key "${key}". Choose another key, or allow it to be replaced.`,
  );
}

async function insertRow(database: Database, image: ImageRow): Promise<boolean> {
  try {
    await database.query((db) => db.insert(database.tables.images).values(image));
    return true;
  } catch (error) {
    if (error instanceof DuplicateRow) return false;
    throw error;
  }
}

async function replaceRow(database: Database, before: ImageRow, image: ImageRow): Promise<boolean> {
  const { images } = database.tables;
  const isSame = and(eq(images.key, before.key), eq(images.version, before.version));
  const result = await database.query((db) => db.update(images).set(image).where(isSame));
  return database.affectedRows(result) > 0;
}
