import type { CacheNode } from '../cache-node.ts';
import { classBytes, itemSize, sizeClass } from '../item-size.ts';
import type { Entry } from '../entry.ts';

export type Line = [string, string | number];

/** What takes a look at every entry before it can say anything. */
export interface Survey {
  look(entry: Entry): void;
  lines(): Line[];
}

/** What `stats items` shows: the entries by classes of size. */
export function itemStats(node: CacheNode): Survey {
  const classes = new Classes();
  return { look: (entry) => classes.look(entry), lines: () => itemLines(node, classes) };
}

/** What `stats slabs` shows of entries by classes of size; there are no slabs, so all memory is one. */
export function slabStats(node: CacheNode): Survey {
  const classes = new Classes();
  return { look: (entry) => classes.look(entry), lines: () => slabLines(node, classes) };
}

function itemLines(node: CacheNode, classes: Classes): Line[] {
  const now = node.clock.seconds();
  const { losses } = node.counters;
  return classes.sorted.flatMap(([number, { count, bytes, oldest }]): Line[] => [
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

function slabLines(node: CacheNode, { sorted: classes }: Classes): Line[] {
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
export function sizeStats(): Survey {
  const histogram = new Map<number, number>();
  return {
    look: (entry) => {
      const step = Math.ceil(sizeOf(entry) / 32) * 32;
      histogram.set(step, (histogram.get(step) ?? 0) + 1);
    },
    lines: () => [...histogram].sort(([a], [b]) => a - b).map(([step, count]) => [String(step), count]),
  };
}

interface ClassCount {
  count: number;
  bytes: number;
  oldest: number;
}

/** Entries by class of size. */
class Classes {
  readonly #classes = new Map<number, ClassCount>();

  look(entry: Entry): void {
    const size = sizeOf(entry);
    const number = sizeClass(size);
    const of = this.#classes.get(number) ?? { count: 0, bytes: 0, oldest: Infinity };
    this.#classes.set(number, of);
    of.count++;
    of.bytes += size;
    of.oldest = Math.min(of.oldest, entry.usedAt);
  }

  get sorted(): [number, ClassCount][] {
    return [...this.#classes].sort(([a], [b]) => a - b);
  }
}

function sizeOf(entry: Entry): number {
  return itemSize(entry.key, entry.clientFlags, entry.value.length);
}
