import { formatBytes, formatCount, formatShare } from '../base/format.ts';

/** What is measured on an axis. */
export type Unit = 'count' | 'bytes' | 'share' | 'milliseconds';

export interface UnitFacts {
  /** A value in full. */
  readonly format: (value: number) => string;
  /** A value as it stands at an axis. */
  readonly formatTick: (value: number) => string;
  /** Distances that ticks may have. */
  readonly steps: number[];
  /** The least that the axis reaches up to. */
  readonly leastTop: number;
  /** The most, where there is a most. */
  readonly mostTop?: number;
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const decimals = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });
const wholeSteps = range(0, 15).flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));

export const UNITS: Readonly<Record<Unit, UnitFacts>> = {
  count: {
    format: formatCount,
    formatTick: (value) => compact.format(value),
    steps: wholeSteps,
    leastTop: 4,
  },
  bytes: {
    format: formatBytes,
    formatTick: (value) => (value === 0 ? '0' : formatBytes(value).replace(/\.0(?= )/, '')),
    steps: range(10, 50).map((power) => 2 ** power),
    leastTop: 4096,
  },
  share: {
    format: formatShare,
    formatTick: (value) => `${Math.round(value * 100)} %`,
    steps: [0.05, 0.1, 0.25, 0.5],
    leastTop: 1,
    mostTop: 1,
  },
  milliseconds: {
    format: formatMilliseconds,
    formatTick: formatMilliseconds,
    steps: [0.1, 0.2, 0.5, ...wholeSteps],
    leastTop: 1,
  },
};

function formatMilliseconds(ms: number): string {
  return ms < 1000 ? `${decimals.format(ms)} ms` : `${decimals.format(ms / 1000)} s`;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
