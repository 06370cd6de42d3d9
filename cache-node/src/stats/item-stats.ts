import type { CacheNode } from '../cache-node.ts';
import { classBytes, itemSize, sizeClass } from '../item-size.ts';
import type { Entry } from '../entry.ts';

type Line = [string, string | number];

/** What `stats items` shows: the entries by classes of size. Walks through all entries. */
export function itemStats(node: CacheNode): Line[] {
  const now = node.clock.seconds();
  const { losses } = node.counters;
  return byClass(node).flatMap(([number, { count, bytes, oldest }]): Line[] => [
    [`items:${number}:number`, count],
    [`items:${number}:number_hot`, 0],
    [`items:${number}:number_warm`, 0],
    [`items:${number}:number_cold`, count],
    [`items:${number}:age_hot`, 0],
    [`items:${number}:age_warm`, 0],
    [`items:${number}:age`, Math.max(0, now - oldest)],
    [`items:${number}:mem_requested`, bytes],
    [`items:${number}:evicted`, losses.of(number).evicted],
    [`items:${number}:evicted_nonzero`, losses.of(number).evicted_nonzero],
    [`items:${number}:evicted_time`, losses.of(number).evicted_time],
    [`items:${number}:outofmemory`, losses.of(number).outofmemory],
    [`items:${number}:tailrepairs`, 0],
    [`items:${number}:reclaimed`, losses.of(number).reclaimed],
    [`items:${number}:expired_unfetched`, losses.of(number).expired_unfetched],
    [`items:${number}:evicted_unfetched`, losses.of(number).evicted_unfetched],
    [`items:${number}:evicted_active`, 0],
    [`items:${number}:crawler_reclaimed`, losses.of(number).crawler_reclaimed],
    [`items:${number}:crawler_items_checked`, 0],
    [`items:${number}:lrutail_reflocked`, 0],
  ]);
}

/** What `stats slabs` shows of entries by classes of size; there are no slabs, so all memory is one. */
export function slabStats(node: CacheNode): Line[] {
  const classes = byClass(node);
  const isSeen = new Set(classes.map(([number]) => number));
  const emptied = node.counters.losses.classes.filter((number) => !isSeen.has(number));
  return [
    ...emptied.map((number): Line => [`${number}:used_chunks`, 0]),
    ...classes.flatMap(([number, { count, bytes }]): Line[] => [
      [`${number}:chunk_size`, classBytes(number)],
      [`${number}:used_chunks`, count],
      [`${number}:mem_requested`, bytes],
    ]),
    ['active_slabs', classes.length],
    ['total_malloced', node.cache.arena.committedBytes],
  ];
}

/** What `stats sizes` shows: how many entries there are of each size, in steps of 32 bytes. */
export function sizeStats(node: CacheNode): Line[] {
  const histogram = new Map<number, number>();
  for (const entry of node.cache.entries()) {
    const step = Math.ceil(sizeOf(entry) / 32) * 32;
    histogram.set(step, (histogram.get(step) ?? 0) + 1);
  }
  return [...histogram].sort(([a], [b]) => a - b).map(([step, count]) => [String(step), count]);
}

const MOST_DUMP_BYTES = 2 * 1024 * 1024;

/** `stats cachedump`: keys of one class of size, the least valuable first as far as they fit; `limit` 0 is all. */
export function cacheDump(node: CacheNode, number: number, limit: number): string {
  const now = node.clock.seconds();
  let text = '';
  let left = limit === 0 ? Infinity : limit;
  for (const entry of node.cache.entries()) {
    if (left === 0 || text.length > MOST_DUMP_BYTES) break;
    if (node.cache.isDead(entry, now) || sizeClass(sizeOf(entry)) !== number) continue;
    text += `ITEM ${entry.key} [${entry.value.length} b; ${entry.expiresAt} s]\r\n`;
    left--;
  }
  return `${text}END\r\n`;
}

interface ClassCount {
  count: number;
  bytes: number;
  oldest: number;
}

function byClass(node: CacheNode): [number, ClassCount][] {
  const classes = new Map<number, ClassCount>();
  for (const entry of node.cache.entries()) {
    const size = sizeOf(entry);
    const number = sizeClass(size);
    const of = classes.get(number) ?? { count: 0, bytes: 0, oldest: Infinity };
    classes.set(number, of);
    of.count++;
    of.bytes += size;
    of.oldest = Math.min(of.oldest, entry.usedAt);
  }
  return [...classes].sort(([a], [b]) => a - b);
}

function sizeOf(entry: Entry): number {
  return itemSize(entry.key, entry.clientFlags, entry.value.length);
}
