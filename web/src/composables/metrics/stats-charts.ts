import type { Unit } from './chart-units.ts';
import type { StatsPoint } from './stats-window.ts';

/** One line of a chart. */
export interface ChartLine {
  readonly name: string;
  /** The token of its colour. */
  readonly colour: string;
  readonly look: 'line' | 'dashes' | 'steps';
  /** Null where there is no data. */
  readonly valueOf: (point: StatsPoint) => number | null;
}

export interface ChartPlan {
  readonly title: string;
  readonly unit: Unit;
  readonly lines: readonly ChartLine[];
}

const ACCENT = '--color-accent';
const WARM = '--color-node-1';

/** What the page of stats shows, in its order. */
export const CHARTS: readonly ChartPlan[] = [
  {
    title: 'Nodes',
    unit: 'count',
    lines: [{ name: 'Ready', colour: ACCENT, look: 'steps', valueOf: ({ nodesReady }) => nodesReady }],
  },
  {
    title: 'Hit rate and miss rate',
    unit: 'share',
    lines: [
      { name: 'Hits', colour: ACCENT, look: 'line', valueOf: ({ hitRate }) => hitRate },
      { name: 'Misses', colour: WARM, look: 'dashes', valueOf: ({ missRate }) => missRate },
    ],
  },
  {
    title: 'Items',
    unit: 'count',
    lines: [{ name: 'Held', colour: ACCENT, look: 'line', valueOf: ({ items }) => items }],
  },
  {
    title: 'Total size',
    unit: 'bytes',
    lines: [
      { name: 'Held', colour: ACCENT, look: 'line', valueOf: ({ bytes }) => bytes },
      {
        name: 'Capacity',
        colour: '--color-muted',
        look: 'dashes',
        valueOf: ({ capacityBytes }) => capacityBytes,
      },
    ],
  },
  {
    title: 'Requests',
    unit: 'count',
    lines: [
      { name: 'Per minute', colour: ACCENT, look: 'line', valueOf: ({ getsPerMinute }) => getsPerMinute },
    ],
  },
  {
    title: 'Object-store reads',
    unit: 'count',
    lines: [{ name: 'Per minute', colour: WARM, look: 'line', valueOf: objectReadsPerMinute }],
  },
  {
    title: 'Latency of image reads',
    unit: 'milliseconds',
    lines: [
      { name: 'Median', colour: ACCENT, look: 'line', valueOf: ({ p50Ms }) => p50Ms },
      { name: '99 % within', colour: WARM, look: 'dashes', valueOf: ({ p99Ms }) => p99Ms },
    ],
  },
];

function objectReadsPerMinute({ objectReads, seconds }: StatsPoint): number | null {
  return objectReads === null ? null : (objectReads * 60) / seconds;
}
