import { isDeepStrictEqual } from 'node:util';
import { eq } from 'drizzle-orm';
import type { Queries } from '../../database/database.ts';
import type { Tables } from '../../database/tables.ts';
import { toNodeRow, toResizeRow } from './pool-rows.ts';
import type { NodeRecord, Resize } from './pool-state.ts';

/** Makes the rows of the nodes what they are now; writes only those that differ. */
export async function writeNodes(
  db: Queries,
  table: Tables['nodes'],
  before: readonly NodeRecord[],
  after: readonly NodeRecord[],
): Promise<void> {
  const { made, changed, gone } = compare(before.map(toNodeRow), after.map(toNodeRow));
  for (const id of gone) await db.delete(table).where(eq(table.id, id));
  for (const row of changed) await db.update(table).set(row).where(eq(table.id, row.id));
  if (made.length > 0) await db.insert(table).values(made);
}

/** The same for resizes. Their order is part of it. */
export async function writeResizes(
  db: Queries,
  table: Tables['resizes'],
  before: readonly Resize[],
  after: readonly Resize[],
): Promise<void> {
  const { made, changed, gone } = compare(before.map(toResizeRow), after.map(toResizeRow));
  for (const id of gone) await db.delete(table).where(eq(table.id, id));
  for (const row of changed) await db.update(table).set(row).where(eq(table.id, row.id));
  if (made.length > 0) await db.insert(table).values(made);
}

function compare<Row extends { readonly id: string }>(before: readonly Row[], after: readonly Row[]) {
  const known = new Map(before.map((row) => [row.id, row]));
  const kept = new Set(after.map(({ id }) => id));
  return {
    made: after.filter(({ id }) => !known.has(id)),
    changed: after.filter((row) => known.has(row.id) && !isDeepStrictEqual(row, known.get(row.id))),
    gone: [...known.keys()].filter((id) => !kept.has(id)),
  };
}
