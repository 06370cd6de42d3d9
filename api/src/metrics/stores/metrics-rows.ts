import type { Tables } from '../../database/tables.ts';
import type { Counted } from '../counted.ts';
import { parseLatencies, writeLatencies } from '../latency.ts';
import type { NodeMinute, ReadMinute } from '../minutes.ts';
import type { NodeGauges } from '../node-source.ts';

type NodeRow = Tables['nodeMinutes']['$inferSelect'];
type ReadRow = Tables['apiMinutes']['$inferSelect'];

export function toNodeRow({ id, counted, gauges, totals, ...sample }: NodeMinute): NodeRow {
  return {
    ...sample,
    node: id,
    ...counted,
    items: gauges?.items ?? null,
    bytes: gauges?.bytes ?? null,
    capacityBytes: gauges?.capacityBytes ?? null,
    connections: gauges?.connections ?? null,
    totalHits: totals?.hits ?? null,
    totalMisses: totals?.misses ?? null,
    totalSets: totals?.sets ?? null,
    totalEvictions: totals?.evictions ?? null,
    totalBytesIn: totals?.bytesIn ?? null,
    totalBytesOut: totals?.bytesOut ?? null,
  };
}

export function fromNodeRow(row: NodeRow): NodeMinute {
  const { minute, seconds, node, name, observedSeconds, seenSeconds, missedSeconds, isReady } = row;
  const { hits, misses, sets, evictions, bytesIn, bytesOut } = row;
  return {
    minute,
    seconds,
    id: node,
    name,
    observedSeconds,
    seenSeconds,
    missedSeconds,
    isReady,
    counted: { hits, misses, sets, evictions, bytesIn, bytesOut },
    gauges: gaugesOf(row),
    totals: totalsOf(row),
  };
}

export function toReadRow({ times, ...sample }: ReadMinute): ReadRow {
  return { ...sample, times: writeLatencies(times) };
}

export function fromReadRow({ times, ...row }: ReadRow): ReadMinute {
  return { ...row, times: parseLatencies(times) };
}

/** All of them are known, or none. */
function gaugesOf({ items, bytes, capacityBytes, connections }: NodeRow): NodeGauges | undefined {
  return items === null
    ? undefined
    : { items, bytes: bytes!, capacityBytes: capacityBytes!, connections: connections! };
}

/** The same. */
function totalsOf(row: NodeRow): Counted | undefined {
  if (row.totalHits === null) return undefined;
  return {
    hits: row.totalHits,
    misses: row.totalMisses!,
    sets: row.totalSets!,
    evictions: row.totalEvictions!,
    bytesIn: row.totalBytesIn!,
    bytesOut: row.totalBytesOut!,
  };
}
