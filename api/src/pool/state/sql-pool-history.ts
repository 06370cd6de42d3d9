import { desc, inArray, notInArray } from 'drizzle-orm';
import type { Queries } from '../../database/database.ts';
import type { Tables } from '../../database/tables.ts';
import type { NewId } from '../../ordered-id.ts';
import { KEPT_COUNT, UNFINISHED } from './next-state.ts';
import { fromEventRow, fromResizeRow, toEventRow } from './pool-rows.ts';
import type { PoolEvent, Resize } from './pool-state.ts';

/** The latest first. */
export async function readEvents(db: Queries, { poolEvents }: Tables, limit: number): Promise<PoolEvent[]> {
  const rows = await db.select().from(poolEvents).orderBy(desc(poolEvents.id)).limit(limit);
  return rows.map(fromEventRow);
}

/** The latest first. */
export async function readFinished(db: Queries, tables: Tables, limit: number): Promise<Resize[]> {
  return (await selectFinished(db, tables).limit(limit)).map(fromResizeRow);
}

/**
 * Adds events and forgets the oldest. Their ids are made greater than all before, so that events are in the order of the changes
 * whatever the clocks say: nobody else may add any before the transaction has ended.
 */
export async function writeEvents(
  db: Queries,
  { poolEvents }: Tables,
  events: readonly Omit<PoolEvent, 'id'>[],
  newId: NewId,
): Promise<void> {
  if (events.length === 0) return;
  const ids = db.select({ id: poolEvents.id }).from(poolEvents).orderBy(desc(poolEvents.id));
  let last = (await ids.limit(1))[0]?.id;
  const rows = events.map((event) => toEventRow({ ...event, id: (last = newId(last)) }));
  await db.insert(poolEvents).values(rows);
  const old = await db
    .select({ id: poolEvents.id })
    .from(poolEvents)
    .orderBy(desc(poolEvents.id))
    .limit(KEPT_COUNT)
    .offset(KEPT_COUNT);
  if (old.length > 0) await db.delete(poolEvents).where(inArray(poolEvents.id, idsOf(old)));
}

/** Forgets the oldest of the resizes that are finished. */
export async function forgetResizes(db: Queries, tables: Tables): Promise<void> {
  const old = await selectFinished(db, tables).limit(KEPT_COUNT).offset(KEPT_COUNT);
  if (old.length > 0) await db.delete(tables.resizes).where(inArray(tables.resizes.id, idsOf(old)));
}

function selectFinished(db: Queries, { resizes }: Tables) {
  return db
    .select()
    .from(resizes)
    .where(notInArray(resizes.state, UNFINISHED))
    .orderBy(desc(resizes.finishedAt), desc(resizes.id));
}

function idsOf(rows: readonly { readonly id: string }[]): string[] {
  return rows.map(({ id }) => id);
}
