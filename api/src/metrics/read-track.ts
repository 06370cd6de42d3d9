import {
  addLatencies,
  latenciesBetween,
  type LatencyCounts,
  type LatencyMeter,
  NO_LATENCIES,
} from './latency.ts';
import { MINUTE_MS, type ReadMinute, SECOND_MS } from './minutes.ts';
import type { Reads } from './seconds.ts';

/** Where reads are counted, from the start of the process on. */
export interface ReadSource {
  readonly counters: { readonly objectReads: number; readonly previousOwnerReads: number };
  /** How long the requests took that were answered with an image. */
  readonly times: { counts(): LatencyCounts } & Pick<LatencyMeter, 'sumMs'>;
}

const NO_READS: Reads = { objectReads: 0, previousOwnerReads: 0, times: NO_LATENCIES };

/** The reads of this process as they are seen second by second, and what they come to in the present minute. */
export class ReadTrack {
  readonly #source: ReadSource;
  readonly #process: string;
  #before: Reads = NO_READS;
  #lastSecond: number | undefined;
  #minute: Reads = NO_READS;

  constructor(source: ReadSource, process: string) {
    this.#source = source;
    this.#process = process;
  }

  /** Call at the end of each second. Undefined if the second before was not seen. */
  observe(second: number): Reads | undefined {
    const { counters, times } = this.#source;
    const { objectReads, previousOwnerReads } = counters;
    const before = this.#before;
    this.#before = { objectReads, previousOwnerReads, times: times.counts() };
    const more: Reads = {
      objectReads: objectReads - before.objectReads,
      previousOwnerReads: previousOwnerReads - before.previousOwnerReads,
      times: latenciesBetween(before.times, this.#before.times),
    };
    this.#minute = add(this.#minute, more);
    const isNext = this.#lastSecond === second - SECOND_MS;
    this.#lastSecond = second;
    return isNext ? more : undefined;
  }

  /** Goes on from what was written down for this process in this minute before it was restarted. */
  resume(written: ReadMinute): void {
    this.#minute = add(this.#minute, written);
  }

  sample(minute: number): ReadMinute {
    return { minute, seconds: MINUTE_MS / SECOND_MS, process: this.#process, ...this.#minute };
  }

  /** Begins the next minute. */
  turn(): void {
    this.#minute = NO_READS;
  }
}

function add(one: Reads, other: Reads): Reads {
  return {
    objectReads: one.objectReads + other.objectReads,
    previousOwnerReads: one.previousOwnerReads + other.previousOwnerReads,
    times: addLatencies(one.times, other.times),
  };
}
