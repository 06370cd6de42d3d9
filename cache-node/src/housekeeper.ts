import type { Cache } from './cache.ts';
import { nudgeCollector } from './memory/nudge-collector.ts';

const WAIT_MS = 100;

/** Has the cache settle after a change, piece by piece between the clients' requests. */
export class Housekeeper {
  readonly #cache: Cache;
  #next: NodeJS.Immediate | NodeJS.Timeout | undefined;

  constructor(cache: Cache) {
    this.#cache = cache;
  }

  /** There is something to do. The first piece is done at once. */
  wake(): void {
    this.stop();
    this.#step(true);
  }

  stop(): void {
    clearImmediate(this.#next as NodeJS.Immediate);
    clearTimeout(this.#next as NodeJS.Timeout);
  }

  #step(isFirst = false): void {
    const left = this.#cache.settle();
    if (left === 'more') this.#next = setImmediate(() => this.#step());
    else if (left === 'waits') this.#next = setTimeout(() => this.#step(), WAIT_MS).unref();
    // What went left objects behind that nobody would collect for a long time.
    else if (!isFirst) nudgeCollector();
  }
}
