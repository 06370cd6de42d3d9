import { and, desc, eq, lt, lte, ne, sql } from 'drizzle-orm';
import { count } from 'drizzle-orm/sql/functions/aggregate';
import type { Database, Queries } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';

/** A deletion of all images, and how far it has come. A row of the table `image_deletions`. */
export type DeletionRow = Tables['imageDeletions']['$inferSelect'];

/** Undefined if there never was one. */
export async function findLatestDeletion(database: Database): Promise<DeletionRow | undefined> {
  const { imageDeletions } = database.tables;
  const [latest] = await database.query((db) =>
    db.select().from(imageDeletions).orderBy(desc(imageDeletions.id)).limit(1),
  );
  return latest;
}

/** Writes down that all images up to a version are to be deleted. Those of earlier deletions that are done are forgotten. */
export async function beginDeletion(
  database: Database,
  { id, lastVersion, requestedAt }: Pick<DeletionRow, 'id' | 'lastVersion' | 'requestedAt'>,
): Promise<DeletionRow> {
  const { images, imageDeletions } = database.tables;
  return await database.transaction(async (db) => {
    const [counted] = await db
      .select({ total: count() })
      .from(images)
      .where(lte(images.version, lastVersion));
    const row: DeletionRow = {
      id,
      lastVersion,
      state: 'RUNNING',
      requestedAt,
      finishedAt: null,
      imagesTotal: counted?.total ?? 0,
      imagesDeleted: 0,
      objectsRemoved: 0,
    };
    const isDone = and(lt(imageDeletions.id, id), eq(imageDeletions.state, 'DONE'));
    await db.delete(imageDeletions).where(isDone);
    await db.insert(imageDeletions).values(row);
    return row;
  });
}

/** Adds to the counts, whoever else adds to them at the same time. */
export async function addToDeletion(
  db: Queries,
  { imageDeletions }: Tables,
  id: string,
  { imagesDeleted = 0, objectsRemoved = 0 }: { imagesDeleted?: number; objectsRemoved?: number },
): Promise<void> {
  await db
    .update(imageDeletions)
    .set({
      imagesDeleted: sql`${imageDeletions.imagesDeleted} + ${imagesDeleted}`,
      objectsRemoved: sql`${imageDeletions.objectsRemoved} + ${objectsRemoved}`,
    })
    .where(eq(imageDeletions.id, id));
}

/** Writes down that a deletion is done, and with it all that were to delete less. */
export async function finishDeletion(
  database: Database,
  { lastVersion }: Pick<DeletionRow, 'lastVersion'>,
  finishedAt: Date,
): Promise<void> {
  const { imageDeletions } = database.tables;
  const isIncluded = and(lte(imageDeletions.lastVersion, lastVersion), ne(imageDeletions.state, 'DONE'));
  await database.query((db) =>
    db.update(imageDeletions).set({ state: 'DONE', finishedAt }).where(isIncluded),
  );
}
