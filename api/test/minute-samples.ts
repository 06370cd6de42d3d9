import { NOTHING_COUNTED } from '../src/metrics/counted.ts';
import { NO_LATENCIES } from '../src/metrics/latency.ts';
import type { NodeMinute, ReadMinute } from '../src/metrics/minutes.ts';

/** A sample of a READY node that was seen for the whole minute and has done nothing. */
export function makeNodeMinute(given: Partial<NodeMinute> & { readonly minute: number }): NodeMinute {
  return {
    seconds: 60,
    id: 'a',
    name: 'node-0',
    observedSeconds: 60,
    seenSeconds: 60,
    missedSeconds: 0,
    isReady: true,
    counted: NOTHING_COUNTED,
    gauges: { items: 0, bytes: 0, capacityBytes: 2 ** 24, connections: 3 },
    totals: NOTHING_COUNTED,
    ...given,
  };
}

/** A sample of a process that has read nothing. `times` are counts by the index of their class. */
export function makeReadMinute({
  times = {},
  ...given
}: Partial<Omit<ReadMinute, 'times'>> & {
  readonly minute: number;
  readonly times?: Readonly<Record<number, number>>;
}): ReadMinute {
  return {
    seconds: 60,
    process: 'one',
    objectReads: 0,
    previousOwnerReads: 0,
    times: NO_LATENCIES.map((_, index) => times[index] ?? 0),
    ...given,
  };
}
