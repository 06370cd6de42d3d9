import type { Cache } from './cache.ts';
import type { Clock } from './clock.ts';
import type { Counters } from './counters.ts';
import type { Entry } from './entry.ts';

const TICK_MS = 100;
/** What is looked at in one go, so that no client waits for it. */
const ENTRIES_PER_STEP = 2000;

/** Walks through the entries and drops those that have expired or were flushed and that nobody asks for. */
export class Sweeper {
  readonly #cache: Cache;
  readonly #clock: Clock;
  readonly #counters: Counters;
  #walk: IterableIterator<Entry> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isUrgent = false;

  constructor(cache: Cache, clock: Clock, counters: Counters) {
    this.#cache = cache;
    this.#clock = clock;
    this.#counters = counters;
  }

  /** Returns the way to stop. */
  start(): () => void {
    this.#timer = setInterval(() => this.#step(), TICK_MS);
    this.#timer.unref();
    return () => clearInterval(this.#timer);
  }

  /** Whether a round that was asked for is under way. */
  get isSweeping(): boolean {
    return this.#isUrgent;
  }

  /** Makes one round now, in steps. */
  sweepSoon(): void {
    this.#walk?.return?.();
    this.#walk = undefined;
    if (this.#isUrgent) return;
    this.#isUrgent = true;
    setImmediate(() => this.#stepUrgently());
  }

  #stepUrgently(): void {
    if (this.#step()) setImmediate(() => this.#stepUrgently());
    else this.#isUrgent = false;
  }

  /** Returns whether the round is to go on. */
  #step(): boolean {
    const now = this.#clock.seconds();
    this.#walk ??= this.#cache.entries();
    for (let count = 0; count < ENTRIES_PER_STEP; count++) {
      const { value: entry, done } = this.#walk.next();
      if (done) {
        this.#walk = undefined;
        return false;
      }
      this.#counters.crawler_items_checked++;
      if (this.#cache.isDead(entry, now)) {
        this.#counters.losses.record(entry, 'swept', now);
        this.#cache.remove(entry);
      }
    }
    return true;
  }
}
