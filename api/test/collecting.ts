import { setImmediate } from 'node:timers/promises';
import type { Database } from '../src/database/database.ts';
import { LatencyMeter } from '../src/metrics/latency.ts';
import { Metrics } from '../src/metrics/metrics.ts';
import type { NodeSource } from '../src/metrics/node-source.ts';
import { SqlMetricsStore } from '../src/metrics/stores/sql.ts';
import type { StepClock } from './step-clock.ts';

export interface CollectingOptions {
  readonly database: Database;
  readonly nodes: NodeSource;
  readonly clock: StepClock;
  readonly process?: string;
  readonly isWriter?: () => boolean;
}

/** Metrics whose seconds end when a test says so. */
export class Collecting {
  readonly metrics: Metrics;
  readonly counters = { objectReads: 0, previousOwnerReads: 0 };
  readonly times = new LatencyMeter();
  readonly troubles: unknown[] = [];
  readonly #clock: StepClock;
  #onUpdate = (): void => {};

  constructor({ database, nodes, clock, process = 'one', isWriter = () => true }: CollectingOptions) {
    this.#clock = clock;
    this.metrics = new Metrics({
      nodes,
      reads: { counters: this.counters, times: this.times },
      store: new SqlMetricsStore({ database, random: Math.random }),
      isWriter,
      process,
      clock,
      onUpdate: () => this.#onUpdate(),
      onTrouble: (error) => this.troubles.push(error),
    });
  }

  static async start(options: CollectingOptions): Promise<Collecting> {
    const collecting = new Collecting(options);
    await collecting.metrics.start();
    return collecting;
  }

  /** Ends the second, and waits until what was seen of it is shown. With `isLate`, not all nodes answer in time. */
  async second({ isLate = false } = {}): Promise<void> {
    const shown = new Promise<void>((resolve) => (this.#onUpdate = resolve));
    this.#clock.step();
    if (isLate) {
      await setImmediate();
      this.#clock.step();
    }
    await shown;
    // The next second is waited for when this one is over.
    await setImmediate();
  }

  async seconds(count: number, before: (index: number) => void = () => {}): Promise<void> {
    for (let index = 0; index < count; index++) {
      before(index);
      await this.second();
    }
  }

  /** Ends what is left of the present minute, and waits until it is written. */
  async restOfMinute(before?: (index: number) => void): Promise<void> {
    await this.seconds(60 - (Math.floor(this.#clock.now() / 1_000) % 60), before);
    await this.metrics.settled();
  }
}
