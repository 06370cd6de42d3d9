import { Collector, type CollectorOptions } from './collector.ts';
import { groupBy } from './group-by.ts';
import type { StatsSource } from './metrics.resolver.ts';
import type { Stats, StatsUpdate } from './metrics.type.ts';
import { MINUTE_MS, minuteOf, type NodeMinute, SECOND_MS } from './minutes.ts';
import type { NodeNow } from './node-track.ts';
import { minutePoint, nodeMinutePoint, nodeSecondPoint, secondPoint } from './points.ts';
import { type SecondSample, Seconds } from './seconds.ts';
import type { NodeStats, StatsPoint } from './stats-point.type.ts';

export interface MetricsOptions extends Omit<CollectorOptions, 'onSecond'> {
  /** Called when there is another second to be shown. */
  readonly onUpdate: () => void;
}

/** By then, after the end of a minute, all processes have written what they saw of it. */
const SETTLED_MS = 2 * SECOND_MS;

/** Begins to collect. */
export async function startMetrics(options: MetricsOptions): Promise<Metrics> {
  const metrics = new Metrics(options);
  await metrics.start();
  return metrics;
}

/** What the pool and the reads of images are like now, and what they were like. */
export class Metrics implements StatsSource {
  readonly #options: MetricsOptions;
  readonly #collector: Collector;
  readonly #seconds = new Seconds();
  #update: StatsUpdate | undefined;
  /** A minute for the next update to tell of. */
  #finished: StatsPoint | null = null;
  #onFirst: (update: StatsUpdate) => void = () => {};
  readonly #first = new Promise<StatsUpdate>((resolve) => (this.#onFirst = resolve));
  /** The last one that was read for an update. */
  #shownMinute: number;

  constructor(options: MetricsOptions) {
    this.#options = options;
    this.#shownMinute = this.#lastMinute();
    this.#collector = new Collector({ ...options, onSecond: (sample) => this.#see(sample) });
  }

  async start(): Promise<void> {
    await this.#collector.start();
  }

  /** Resolves when what was seen of the present minute is written. */
  async stop(): Promise<void> {
    await this.#collector.stop();
  }

  /** Resolves when the minutes that have ended are written, as far as they can be. */
  async settled(): Promise<void> {
    await this.#collector.settled();
  }

  /** The nodes that there are, and what they said last. */
  now(): readonly NodeNow[] {
    return this.#collector.now();
  }

  async latest(): Promise<StatsUpdate> {
    return this.#update ?? (await this.#first);
  }

  async read(minutes: number): Promise<Stats> {
    const last = this.#lastMinute();
    const first = last - (minutes - 1) * MINUTE_MS;
    const { nodes, reads } = await this.#options.store.read(first, last);
    const starts = Array.from({ length: minutes }, (_, index) => first + index * MINUTE_MS);
    const nodesOf = groupBy(nodes, ({ minute }) => minute);
    const readsOf = groupBy(reads, ({ minute }) => minute);
    return {
      minutes: starts.map((start) => minutePoint(start, nodesOf.get(start) ?? [], readsOf.get(start) ?? [])),
      seconds: this.#seconds.all().map(([second, sample]) => secondPoint(second, sample)),
      nodes: nodeStats(starts, nodes, this.#seconds.all()),
    };
  }

  #see(sample: SecondSample): void {
    this.#seconds.add(sample);
    const { second, nodes } = sample;
    this.#update = {
      second: secondPoint(second, sample),
      minute: this.#finished,
      nodes: nodes.map((seen) => ({
        id: seen.node.id,
        name: seen.node.name,
        point: nodeSecondPoint(second, seen),
      })),
    };
    this.#finished = null;
    this.#onFirst(this.#update);
    this.#options.onUpdate();
    void this.#readFinished();
  }

  /** Once for each minute, unless the store can't be read. */
  async #readFinished(): Promise<void> {
    const minute = this.#lastMinute();
    const before = this.#shownMinute;
    if (minute === before) return;
    this.#shownMinute = minute;
    try {
      const { nodes, reads } = await this.#options.store.read(minute, minute);
      this.#finished = minutePoint(minute, nodes, reads);
    } catch (error) {
      this.#shownMinute = before;
      this.#options.onTrouble(error);
    }
  }

  /** The start of the last minute that is finished. */
  #lastMinute(): number {
    return minuteOf(this.#options.clock.now() - SETTLED_MS) - MINUTE_MS;
  }
}

/** node-2 comes before node-10. */
const byName = new Intl.Collator('en', { numeric: true });

/** Every node that there was in the minutes or the seconds, by name; of one name the earlier first. */
function nodeStats(
  starts: readonly number[],
  minutes: readonly NodeMinute[],
  seconds: ReturnType<Seconds['all']>,
): NodeStats[] {
  const seen = new Map(
    seconds.flatMap(([, sample]) => sample?.nodes.map(({ node }) => [node.id, node]) ?? []),
  );
  const minutesOf = groupBy(minutes, ({ id }) => id);
  const firstMinuteOf = (id: string) => minutesOf.get(id)?.[0].minute ?? Infinity;
  return [...new Set([...minutesOf.keys(), ...seen.keys()])]
    .map((id) => {
      const byMinute = new Map(minutesOf.get(id)?.map((sample) => [sample.minute, sample]));
      return {
        id,
        name: seen.get(id)?.name ?? minutesOf.get(id)!.at(-1)!.name,
        points: starts.map((start) => nodeMinutePoint(start, byMinute.get(start))),
        seconds: seconds.map(([second, sample]) =>
          nodeSecondPoint(
            second,
            sample?.nodes.find(({ node }) => node.id === id),
          ),
        ),
      };
    })
    .sort(
      (one, other) =>
        byName.compare(one.name, other.name) || firstMinuteOf(one.id) - firstMinuteOf(other.id) || 0,
    );
}
