import type { ColumnKit } from './column-kit.ts';

const NODE_LENGTH = 300;

/** Samples of nodes and of reads, by the minute. See `NodeMinute` and `ReadMinute` for what the columns mean. */
export function makeMetricsTables({ table, uniqueIndex, words, prose, count, flag }: ColumnKit) {
  const nodeMinutes = table(
    'node_minutes',
    {
      minute: count('minute').notNull(),
      node: words('node', NODE_LENGTH).notNull(),
      name: words('name', NODE_LENGTH).notNull(),
      seconds: count('seconds').notNull(),
      observedSeconds: count('observed_seconds').notNull(),
      seenSeconds: count('seen_seconds').notNull(),
      missedSeconds: count('missed_seconds').notNull(),
      isReady: flag('is_ready').notNull(),
      hits: count('hits').notNull(),
      misses: count('misses').notNull(),
      sets: count('sets').notNull(),
      evictions: count('evictions').notNull(),
      bytesIn: count('bytes_in').notNull(),
      bytesOut: count('bytes_out').notNull(),
      items: count('items'),
      bytes: count('bytes'),
      capacityBytes: count('capacity_bytes'),
      connections: count('connections'),
      totalHits: count('total_hits'),
      totalMisses: count('total_misses'),
      totalSets: count('total_sets'),
      totalEvictions: count('total_evictions'),
      totalBytesIn: count('total_bytes_in'),
      totalBytesOut: count('total_bytes_out'),
    },
    (columns) => [uniqueIndex('node_minutes_by_minute').on(columns.minute, columns.node)],
  );

  /** `times` counts the reads by how long they took, as `LatencyCounts` are written. */
  const apiMinutes = table(
    'api_minutes',
    {
      minute: count('minute').notNull(),
      process: words('process', 200).notNull(),
      seconds: count('seconds').notNull(),
      objectReads: count('object_reads').notNull(),
      previousOwnerReads: count('previous_owner_reads').notNull(),
      times: prose('times').notNull(),
    },
    (columns) => [uniqueIndex('api_minutes_by_minute').on(columns.minute, columns.process)],
  );

  return { nodeMinutes, apiMinutes };
}
