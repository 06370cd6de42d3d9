import { type Counted, NOTHING_COUNTED, sum } from './counted.ts';
import { groupBy } from './group-by.ts';
import { addLatencies, type LatencyCounts, NO_LATENCIES, quantileMs, totalReads } from './latency.ts';
import { MINUTE_MS, type NodeMinute, type ReadMinute, SECOND_MS } from './minutes.ts';
import type { NodeGauges } from './node-source.ts';
import type { NodeSecond, SecondSample } from './seconds.ts';
import type { NodeStatsPoint, StatsPoint } from './stats-point.type.ts';

/** Of a minute so many seconds may be missing: what nodes counted meanwhile is seen at the next look. */
const TOLERATED_SECONDS = 5;

interface Interval {
  /** Milliseconds since the Unix epoch. */
  readonly start: number;
  readonly seconds: number;
}

/** What one node has done in an interval; undefined where there is no data. */
interface NodePart {
  readonly counted: Counted | undefined;
  readonly gauges: NodeGauges | undefined;
}

interface ReadPart {
  readonly objectReads: number;
  readonly times: LatencyCounts;
}

/** The pool's minute, from the samples of all nodes and processes in it. */
export function minutePoint(
  minute: number,
  nodes: readonly NodeMinute[],
  reads: readonly ReadMinute[],
): StatsPoint {
  const seconds = MINUTE_MS / SECOND_MS;
  const isObserved = longestObserved(nodes) >= seconds - TOLERATED_SECONDS;
  return poolPoint(
    { start: minute, seconds },
    {
      nodes: nodes.map(partOfMinute),
      nodesReady: nodes.length === 0 ? null : nodes.filter(({ isReady }) => isReady).length,
      reads: reads.length === 0 ? undefined : addReads(reads),
      isComplete: isObserved && nodes.every(({ missedSeconds }) => missedSeconds <= TOLERATED_SECONDS),
    },
  );
}

/** The pool's second. Without a sample nothing is known of it. */
export function secondPoint(second: number, sample: SecondSample | undefined): StatsPoint {
  const ready = sample?.nodes.filter(({ node }) => node.state === 'READY');
  return poolPoint(
    { start: second, seconds: 1 },
    {
      nodes: sample?.nodes ?? [],
      nodesReady: ready?.length ?? null,
      reads: sample?.reads,
      isComplete: ready?.every(({ counted }) => counted !== undefined) ?? false,
    },
  );
}

/** One node's minute. Without a sample nothing is known of it. */
export function nodeMinutePoint(minute: number, sample: NodeMinute | undefined): NodeStatsPoint {
  return nodePoint({ start: minute, seconds: MINUTE_MS / SECOND_MS }, sample && partOfMinute(sample));
}

/** One node's second. Without a sample nothing is known of it. */
export function nodeSecondPoint(second: number, sample: NodeSecond | undefined): NodeStatsPoint {
  return nodePoint({ start: second, seconds: 1 }, sample);
}

function partOfMinute({ seenSeconds, counted, gauges }: NodeMinute): NodePart {
  return { counted: seenSeconds === 0 ? undefined : counted, gauges };
}

function poolPoint(
  interval: Interval,
  pool: {
    readonly nodes: readonly NodePart[];
    readonly nodesReady: number | null;
    readonly reads: ReadPart | undefined;
    readonly isComplete: boolean;
  },
): StatsPoint {
  const { nodes, nodesReady, reads, isComplete } = pool;
  const counted = nodes.flatMap((node) => node.counted ?? []);
  const gauges = nodes.flatMap((node) => node.gauges ?? []);
  const all = counted.length === 0 ? undefined : counted.reduce(sum, NOTHING_COUNTED);
  const total = (of: (node: NodeGauges) => number) =>
    gauges.length === 0 ? null : gauges.reduce((sofar, node) => sofar + of(node), 0);
  return {
    ...rates(interval, all),
    nodesReady,
    items: total(({ items }) => items),
    bytes: total(({ bytes }) => bytes),
    capacityBytes: total(({ capacityBytes }) => capacityBytes),
    imageReads: reads === undefined ? null : totalReads(reads.times),
    objectReads: reads?.objectReads ?? null,
    p50Ms: reads === undefined ? null : quantileMs(reads.times, 0.5),
    p99Ms: reads === undefined ? null : quantileMs(reads.times, 0.99),
    isComplete,
  };
}

function nodePoint(interval: Interval, part: NodePart | undefined): NodeStatsPoint {
  const gauges = part?.gauges;
  return {
    ...rates(interval, part?.counted),
    items: gauges?.items ?? null,
    bytes: gauges?.bytes ?? null,
    capacityBytes: gauges?.capacityBytes ?? null,
    connections: gauges?.connections ?? null,
  };
}

function rates({ start, seconds }: Interval, counted: Counted | undefined) {
  const gets = counted === undefined ? null : counted.hits + counted.misses;
  const share = (part: number | undefined) =>
    gets === null || gets === 0 || part === undefined ? null : part / gets;
  return {
    time: new Date(start),
    seconds,
    gets,
    getsPerMinute: gets === null ? null : (gets * 60) / seconds,
    hits: counted?.hits ?? null,
    misses: counted?.misses ?? null,
    hitRate: share(counted?.hits),
    missRate: share(counted?.misses),
    evictions: counted?.evictions ?? null,
    bytesIn: counted?.bytesIn ?? null,
    bytesOut: counted?.bytesOut ?? null,
  };
}

/** For how many seconds there was a node to be seen. One may have come in the middle, in place of another one. */
function longestObserved(nodes: readonly NodeMinute[]): number {
  const byName = [...groupBy(nodes, ({ name }) => name).values()];
  return Math.max(
    0,
    ...byName.map((samples) => samples.reduce((total, { observedSeconds }) => total + observedSeconds, 0)),
  );
}

function addReads(reads: readonly ReadPart[]): ReadPart {
  return {
    objectReads: reads.reduce((total, { objectReads }) => total + objectReads, 0),
    times: reads.reduce((all, { times }) => addLatencies(all, times), NO_LATENCIES),
  };
}
