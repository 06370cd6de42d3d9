import type { Cache } from './cache.ts';
import type { Clock } from './clock.ts';
import type { Counters } from './counters.ts';
import type { IndexWalk } from './index-walk.ts';

const TICK_MS = 100;
/** What is looked at in one go, so that no client waits for it: slots of the index, each with about one entry. */
const STEPS_AT_ONCE = 2000;

/** Walks through the entries and drops those that have expired or were flushed and that nobody asks for. */
export class Sweeper {
  readonly #cache: Cache;
  readonly #clock: Clock;
  readonly #counters: Counters;
  #walk: IndexWalk | undefined;
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
    this.#walk ??= this.#cache.survey();
    for (let steps = 0; steps < STEPS_AT_ONCE && !this.#walk.isComplete; steps++) {
      for (const entry of this.#walk.next()) {
        this.#counters.crawler_items_checked++;
        if (!this.#cache.isDead(entry, now)) continue;
        this.#counters.losses.record(entry, 'swept', now);
        this.#cache.remove(entry);
      }
    }
    if (!this.#walk.isComplete) return true;
    this.#walk = undefined;
    return false;
  }
}
