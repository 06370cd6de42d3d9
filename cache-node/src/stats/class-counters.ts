import { itemSize, sizeClass } from '../item-size.ts';
import type { Entry } from '../entry.ts';

/** What became of the entries of one class of size. Named as in memcached's `stats items`. */
export interface ClassCounts {
  evicted: number;
  evicted_nonzero: number;
  evicted_time: number;
  outofmemory: number;
  reclaimed: number;
  expired_unfetched: number;
  evicted_unfetched: number;
  crawler_reclaimed: number;
}

/** Why an entry went without a client's asking. */
export type Loss = 'evicted' | 'reclaimed' | 'swept';

/** Counts lost entries by class of size, and sums them up. */
export class ClassCounters {
  readonly #classes = new Map<number, ClassCounts>();

  /** Nothing but zeros for a class that has lost none. */
  of(number: number): Readonly<ClassCounts> {
    return this.#classes.get(number) ?? nothing();
  }

  #of(number: number): ClassCounts {
    let counts = this.#classes.get(number);
    if (!counts) {
      counts = nothing();
      this.#classes.set(number, counts);
    }
    return counts;
  }

  record(entry: Entry, loss: Loss, now: number): void {
    const counts = this.#of(sizeClass(itemSize(entry.key, entry.clientFlags, entry.value.length)));
    if (loss === 'evicted') {
      counts.evicted++;
      counts.evicted_time = Math.max(0, now - entry.usedAt);
      if (entry.expiresAt !== 0) counts.evicted_nonzero++;
      if (!entry.wasFetched) counts.evicted_unfetched++;
    } else {
      counts.reclaimed++;
      if (loss === 'swept') counts.crawler_reclaimed++;
      if (!entry.wasFetched) counts.expired_unfetched++;
    }
  }

  /** The classes that have lost any. */
  get classes(): number[] {
    return [...this.#classes.keys()];
  }

  /** The sum over all classes. */
  total(name: keyof ClassCounts): number {
    let sum = 0;
    for (const counts of this.#classes.values()) sum += counts[name];
    return sum;
  }

  reset(): void {
    this.#classes.clear();
  }
}

function nothing(): ClassCounts {
  return {
    evicted: 0,
    evicted_nonzero: 0,
    evicted_time: 0,
    outofmemory: 0,
    reclaimed: 0,
    expired_unfetched: 0,
    evicted_unfetched: 0,
    crawler_reclaimed: 0,
  };
}
