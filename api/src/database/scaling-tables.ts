import type { ColumnKit } from './column-kit.ts';

/** What the autoscaler has decided. */
export function makeScalingTables({
  table,
  index,
  uniqueIndex,
  ascii,
  prose,
  count,
  fraction,
  flag,
  time,
}: ColumnKit) {
  const decisions = table(
    'decisions',
    {
      id: ascii('id', 36).primaryKey(),
      /** The beginning of the minute that was decided on or, where a minute has several ticks, of the interval. */
      tick: time('tick').notNull(),
      at: time('at').notNull(),
      mode: ascii('mode', 16).$type<'MANUAL' | 'AUTO'>().notNull(),
      verdict: ascii('verdict', 16).$type<'EXPAND' | 'SHRINK' | 'HOLD'>().notNull(),
      size: count('size').notNull(),
      newSize: count('new_size').notNull(),
      isApplied: flag('is_applied').notNull(),
      reason: prose('reason').notNull(),
      missRate: fraction('miss_rate'),
      gets: count('gets'),
      nodesReady: count('nodes_ready'),
    },
    (columns) => [
      uniqueIndex('decisions_by_tick').on(columns.tick),
      index('decisions_by_application').on(columns.isApplied, columns.id),
    ],
  );

  return { decisions };
}
