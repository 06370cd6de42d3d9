import { NOTHING_COUNTED, sum, type Counted } from './counted.ts';
import { addLatencies, type LatencyCounts } from './latency.ts';
import type { NodeGauges } from './node-source.ts';

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;

/** The minute that a moment falls into, by its start. Moments are milliseconds since the Unix epoch, where every minute has 60 seconds. */
export function minuteOf(moment: number): number {
  return Math.floor(moment / MINUTE_MS) * MINUTE_MS;
}

interface Minute {
  /** Its start: milliseconds since the Unix epoch, a multiple of 60,000. */
  readonly minute: number;
  /** How long it is: 60, or 600 of samples that were merged. */
  readonly seconds: number;
}

/** What one node has done in one minute. There is one for every node that there was at any time of it. */
export interface NodeMinute extends Minute {
  readonly id: string;
  readonly name: string;
  /** Seconds at whose end it was looked what the nodes do, and this one was there. */
  readonly observedSeconds: number;
  /** Those of them in which it answered. */
  readonly seenSeconds: number;
  /** Those of them in which it was READY and did not answer. */
  readonly missedSeconds: number;
  /** Whether it was READY at the end. */
  readonly isReady: boolean;
  readonly counted: Counted;
  /** At the end. Undefined when it was gone or silent by then. */
  readonly gauges: NodeGauges | undefined;
  /** What it said last of all that it has counted: whatever it counts more comes after this sample. Undefined if it never answered. */
  readonly totals: Counted | undefined;
}

/** What one api process has read for its clients in one minute. */
export interface ReadMinute extends Minute {
  /** As no other process is called, and as it was called before it was restarted. */
  readonly process: string;
  readonly objectReads: number;
  readonly previousOwnerReads: number;
  /** Of the requests that were answered with an image. */
  readonly times: LatencyCounts;
}

export interface MinuteSamples {
  readonly nodes: readonly NodeMinute[];
  readonly reads: readonly ReadMinute[];
}

/** One sample of several of the same node, in the order of time, with the start and the length that it is to have. */
export function mergeNodeMinutes(samples: readonly NodeMinute[], span: Minute): NodeMinute {
  const last = samples.at(-1)!;
  const total = (of: (sample: NodeMinute) => number) => samples.reduce((all, sample) => all + of(sample), 0);
  return {
    ...last,
    ...span,
    observedSeconds: total(({ observedSeconds }) => observedSeconds),
    seenSeconds: total(({ seenSeconds }) => seenSeconds),
    missedSeconds: total(({ missedSeconds }) => missedSeconds),
    counted: samples.reduce((all, { counted }) => sum(all, counted), NOTHING_COUNTED),
    totals: samples.findLast(({ totals }) => totals !== undefined)?.totals,
  };
}

/** The same for samples of one process. */
export function mergeReadMinutes(samples: readonly ReadMinute[], span: Minute): ReadMinute {
  return samples.reduce(
    (all, { objectReads, previousOwnerReads, times }, index) =>
      index === 0
        ? all
        : {
            ...all,
            objectReads: all.objectReads + objectReads,
            previousOwnerReads: all.previousOwnerReads + previousOwnerReads,
            times: addLatencies(all.times, times),
          },
    { ...samples[0]!, ...span },
  );
}
