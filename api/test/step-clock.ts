import type { Clock } from '../src/pool/reconciling/clock.ts';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Time that stands still until the next timer is let go off. */
export class StepClock implements Clock {
  #now: number;
  #timers: Timer[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((other) => other !== timer));
  }

  /** Lets the first timer go off, and time pass until then. */
  step(): void {
    const [first] = this.#timers.toSorted((one, other) => one.at - other.at);
    if (first === undefined) throw new Error('No timer is set.');
    this.#timers = this.#timers.filter((timer) => timer !== first);
    this.#now = Math.max(this.#now, first.at);
    first.callback();
  }

  /** The clock is set, forward or back, or the machine has slept: timers are as far away as before, or due. */
  set(now: number): void {
    const by = Math.min(0, now - this.#now);
    this.#timers = this.#timers.map(({ at, callback }) => ({ at: at + by, callback }));
    this.#now = now;
  }
}
