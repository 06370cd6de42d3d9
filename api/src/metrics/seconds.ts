import type { Counted } from './counted.ts';
import type { LatencyCounts } from './latency.ts';
import { SECOND_MS } from './minutes.ts';
import type { NodeGauges, ObservedNode } from './node-source.ts';

/** What one node has done in one second. */
export interface NodeSecond {
  readonly node: ObservedNode;
  /** Undefined when it was not seen at both ends of the second. */
  readonly counted: Counted | undefined;
  /** At the end. Undefined when it did not answer. */
  readonly gauges: NodeGauges | undefined;
}

/** What this process has read for its clients in an interval. */
export interface Reads {
  readonly objectReads: number;
  readonly previousOwnerReads: number;
  /** Of the requests that were answered with an image. */
  readonly times: LatencyCounts;
}

export interface SecondSample {
  /** Its start: milliseconds since the Unix epoch, a multiple of 1,000. */
  readonly second: number;
  readonly nodes: readonly NodeSecond[];
  /** Undefined when the second before was not seen. */
  readonly reads: Reads | undefined;
}

const KEPT = 120;

/** The last two minutes, second by second. */
export class Seconds {
  #samples: readonly SecondSample[] = [];

  /** @param sample a later one than those before, unless the clock was set back: then those are forgotten */
  add(sample: SecondSample): void {
    const oldest = sample.second - (KEPT - 1) * SECOND_MS;
    const isKept = ({ second }: SecondSample) => second >= oldest && second < sample.second;
    this.#samples = [...this.#samples.filter(isKept), sample];
  }

  get latest(): SecondSample | undefined {
    return this.#samples.at(-1);
  }

  /** Every second from the oldest kept one to the latest; undefined stands for one that was not seen. */
  all(): readonly (readonly [second: number, sample: SecondSample | undefined])[] {
    const [oldest] = this.#samples;
    if (oldest === undefined) return [];
    const bySecond = new Map(this.#samples.map((sample) => [sample.second, sample]));
    const count = (this.latest!.second - oldest.second) / SECOND_MS + 1;
    return Array.from({ length: count }, (_, index) => {
      const second = oldest.second + index * SECOND_MS;
      return [second, bySecond.get(second)] as const;
    });
  }
}
