import { inArray } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import type { ObjectName, ObjectStore } from '../objects/object-store.ts';

/** How many objects are looked up and removed at a time: as many as S3 takes. */
export const REMOVAL_BATCH = 1_000;

/**
 * Removes those of the objects that are no image's newest version; returns how many. Names at most `REMOVAL_BATCH`.
 *
 * An upload elsewhere may write its row between the look at the rows and the removal. It looks for its object after writing the
 * row, and here the row is removed after the object: whichever comes last, no row stays without an object.
 */
export async function removeObjectsWithoutRow(
  { database, objects }: { database: Database; objects: ObjectStore },
  names: readonly ObjectName[],
): Promise<number> {
  if (names.length === 0) return 0;
  const { images } = database.tables;
  const versions = names.map(({ version }) => version);
  const rows = await database.query((db) =>
    db.select({ version: images.version }).from(images).where(inArray(images.version, versions)),
  );
  const current = new Set(rows.map(({ version }) => version));
  const doomed = names.filter(({ version }) => !current.has(version));
  if (doomed.length === 0) return 0;
  await objects.delete(doomed);
  const removed = doomed.map(({ version }) => version);
  await database.query((db) => db.delete(images).where(inArray(images.version, removed)));
  return doomed.length;
}
