import { nodeColour } from '../pool/node-colour.ts';
import type { Unit } from './chart-units.ts';
import {
  alignTo,
  type NodePoint,
  type NodeTrack,
  type StatsPoint,
  type StatsWindow,
} from './stats-window.ts';

/** One line of a chart. */
export interface ChartLine {
  readonly name: string;
  /** The token of its colour. */
  readonly colour: string;
  readonly look: 'line' | 'dashes' | 'steps';
  /** Beside the times of the window; null where there is no data. */
  readonly values: readonly (number | null)[];
}

/** What one chart shows. */
export interface Chart {
  readonly title: string;
  readonly unit: Unit;
  readonly lines: readonly ChartLine[];
}

interface Metric<Point> {
  readonly title: string;
  readonly unit: Unit;
  readonly valueOf: (point: Point) => number | null;
}

/** A line of the pool as a whole. */
export interface PoolLine extends Omit<ChartLine, 'values'> {
  readonly valueOf: (point: StatsPoint) => number | null;
}

/** What a chart of the pool as a whole is to show. */
export interface ChartPlan extends Omit<Chart, 'lines'> {
  readonly lines: readonly PoolLine[];
}

const POOL: readonly ChartPlan[] = [
  {
    title: 'Nodes',
    unit: 'count',
    lines: [
      {
        name: 'Ready',
        colour: '--color-metric-nodes',
        look: 'steps',
        valueOf: ({ nodesReady }) => nodesReady,
      },
    ],
  },
  {
    title: 'Hit rate and miss rate',
    unit: 'share',
    lines: [
      { name: 'Hits', colour: '--color-metric-hits', look: 'line', valueOf: ({ hitRate }) => hitRate },
      {
        name: 'Misses',
        colour: '--color-metric-misses',
        look: 'dashes',
        valueOf: ({ missRate }) => missRate,
      },
    ],
  },
  {
    title: 'Items',
    unit: 'count',
    lines: [{ name: 'Held', colour: '--color-metric-items', look: 'line', valueOf: ({ items }) => items }],
  },
  {
    title: 'Total size',
    unit: 'bytes',
    lines: [
      { name: 'Held', colour: '--color-metric-bytes', look: 'line', valueOf: ({ bytes }) => bytes },
      {
        name: 'Capacity',
        colour: '--color-metric-capacity',
        look: 'dashes',
        valueOf: ({ capacityBytes }) => capacityBytes,
      },
    ],
  },
  {
    title: 'Requests',
    unit: 'count',
    lines: [
      {
        name: 'Per minute',
        colour: '--color-metric-requests',
        look: 'line',
        valueOf: ({ getsPerMinute }) => getsPerMinute,
      },
    ],
  },
  {
    title: 'Object-store reads',
    unit: 'count',
    lines: [
      {
        name: 'Per minute',
        colour: '--color-metric-object-reads',
        look: 'line',
        valueOf: ({ objectReads, seconds }) => perMinute(objectReads, seconds),
      },
    ],
  },
  {
    title: 'Latency of image reads',
    unit: 'milliseconds',
    lines: [
      { name: 'Median', colour: '--color-metric-p50', look: 'line', valueOf: ({ p50Ms }) => p50Ms },
      { name: '99 % within', colour: '--color-metric-p99', look: 'dashes', valueOf: ({ p99Ms }) => p99Ms },
    ],
  },
];

const NODES: readonly Metric<NodePoint>[] = [
  { title: 'Hit rate', unit: 'share', valueOf: ({ hitRate }) => hitRate },
  { title: 'Requests per minute', unit: 'count', valueOf: ({ getsPerMinute }) => getsPerMinute },
  { title: 'Items', unit: 'count', valueOf: ({ items }) => items },
  { title: 'Size', unit: 'bytes', valueOf: ({ bytes }) => bytes },
  {
    title: 'Evictions per minute',
    unit: 'count',
    valueOf: ({ evictions, seconds }) => perMinute(evictions, seconds),
  },
  {
    title: 'Sent per second',
    unit: 'bytes',
    valueOf: ({ bytesOut, seconds }) => (bytesOut === null ? null : bytesOut / seconds),
  },
  { title: 'Connections', unit: 'count', valueOf: ({ connections }) => connections },
];

/** The charts of the pool as a whole, in their order. */
export function poolCharts(window: StatsWindow): readonly Chart[] {
  return POOL.map((plan) => chartOf(window, plan));
}

export function chartOf({ points }: StatsWindow, { title, unit, lines }: ChartPlan): Chart {
  return {
    title,
    unit,
    lines: lines.map(({ valueOf, ...line }) => ({
      ...line,
      values: points.map((point) => (point ? valueOf(point) : null)),
    })),
  };
}

/** A chart per metric with a line per node. A replacement goes on with the line of the node whose name it took over. */
export function nodeCharts(
  { times, stepSeconds }: StatsWindow,
  tracks: readonly NodeTrack[],
): readonly Chart[] {
  const names = [...new Set(tracks.map(({ name }) => name))].sort(byName.compare);
  const aligned = tracks.map((track) => ({
    name: track.name,
    points: alignTo(times, stepSeconds === 60 ? track.minutes : track.seconds),
  }));
  return NODES.map(({ title, unit, valueOf }) => ({
    title,
    unit,
    lines: names.map((name, place) => ({
      name,
      colour: nodeColour(name, place),
      look: 'line',
      values: times.map((_, index) => {
        const known = aligned
          .filter((track) => track.name === name)
          .map(({ points }) => (points[index] ? valueOf(points[index]) : null))
          .filter((value) => value !== null);
        return known.at(-1) ?? null;
      }),
    })),
  }));
}

/** node-2 comes before node-10. */
const byName = new Intl.Collator('en', { numeric: true });

function perMinute(count: number | null, seconds: number): number | null {
  return count === null ? null : (count * 60) / seconds;
}
