import { setImmediate as nextTurn } from 'node:timers/promises';
import { asc, desc, inArray, lte } from 'drizzle-orm';
import type { Database, Queries } from '../database/database.ts';
import { retryContention } from '../database/retry-contention.ts';

const ROW_BATCH = 500;

/** `undefined` when there are no images. */
export async function findNewestVersion(database: Database): Promise<string | undefined> {
  const { images } = database.tables;
  const [newest] = await database.query((db) =>
    db.select({ version: images.version }).from(images).orderBy(desc(images.version)).limit(1),
  );
  return newest?.version;
}

/**
 * Removes the rows of all versions up to the last, in small steps; returns how many there were. `onStep` is told how many a step has
 * removed, within the transaction of the step.
 */
export async function removeRowsUpTo(
  database: Database,
  last: string,
  onStep: (db: Queries, removedCount: number) => Promise<void>,
): Promise<number> {
  const { images } = database.tables;
  let removedCount = 0;
  for (;;) {
    const rows = await database.query((db) =>
      db
        .select({ version: images.version })
        .from(images)
        .where(lte(images.version, last))
        .orderBy(asc(images.version))
        .limit(ROW_BATCH),
    );
    if (rows.length === 0) return removedCount;
    const versions = rows.map(({ version }) => version);
    const remove = async (db: Queries) => {
      const result = await db.delete(images).where(inArray(images.version, versions));
      const count = database.affectedRows(result);
      await onStep(db, count);
      return count;
    };
    removedCount += await retryContention(() => database.transaction(remove));
    // SQLite answers within this turn of the loop: without a pause, readers would wait for all rows.
    await nextTurn();
  }
}
