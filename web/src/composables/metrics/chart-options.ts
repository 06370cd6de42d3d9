import uPlot from 'uplot';
import { UNITS, type UnitFacts } from './chart-units.ts';
import { formatClock } from './clock.ts';
import { drawBand, type Band } from './chart-band.ts';
import { drawMarks } from './chart-marks.ts';
import type { Mark } from './marks.ts';
import type { Chart, ChartLine } from './stats-charts.ts';

/** Charts with the same key show the same moment under the pointer. */
const SYNC_KEY = 'stats';
export const CHART_HEIGHT = 176;
/** The same for every chart, so that those below one another are in line. */
const Y_AXIS_WIDTH = 60;

export interface ChartLook {
  /** The present colour of a token. */
  readonly colourOf: (token: string) => string;
  readonly font: string;
  readonly width: number;
  /** The present ones, asked for at each drawing. */
  readonly marks: () => readonly Mark[];
  readonly band: () => Band | undefined;
}

/** How a chart is drawn. Colours are asked for at each drawing, so that a new theme needs a redrawing only. */
export function chartOptions(
  { unit, lines }: Chart,
  { colourOf, font, width, marks, band }: ChartLook,
  onCursor: (index: number | undefined) => void,
): uPlot.Options {
  const facts = UNITS[unit];
  return {
    width,
    height: CHART_HEIGHT,
    // At the right there is room for half of the last time.
    padding: [8, 32, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      sync: { key: SYNC_KEY },
      points: { size: 8, width: 2, stroke: () => colourOf('--color-raised') },
    },
    scales: {
      x: { range: (chart, least, most) => [least, endOf(chart.data[0], most)] },
      y: { range: (_chart, _least, most) => [0, topOf(facts, Math.max(most ?? 0, band()?.to ?? 0))] },
    },
    series: [{}, ...lines.map((line) => seriesOf(line, colourOf))],
    axes: [
      {
        stroke: () => colourOf('--color-muted'),
        font,
        size: 28,
        space: 76,
        grid: { show: false },
        ticks: { stroke: () => colourOf('--color-line'), width: 1, size: 4 },
        values: (_chart, splits) => {
          const stepSeconds = splits.length > 1 ? splits[1]! - splits[0]! : 60;
          return splits.map((time) => formatClock(time, stepSeconds));
        },
      },
      {
        stroke: () => colourOf('--color-muted'),
        font,
        size: Y_AXIS_WIDTH,
        space: 30,
        gap: 6,
        incrs: facts.steps,
        grid: { stroke: () => colourOf('--color-line'), width: 1 },
        ticks: { show: false },
        values: (_chart, splits) => splits.map(facts.formatTick),
      },
    ],
    hooks: {
      drawClear: [(chart) => drawBand(chart, band(), colourOf)],
      draw: [(chart) => drawMarks(chart, marks(), colourOf)],
      setCursor: [(chart) => onCursor(chart.cursor.idx ?? undefined)],
    },
  };
}

function seriesOf({ colour, look }: ChartLine, colourOf: ChartLook['colourOf']): uPlot.Series {
  return {
    stroke: () => colourOf(colour),
    width: 1.75,
    ...(look === 'dashes' && { dash: [5, 4] }),
    ...(look === 'steps' && { paths: uPlot.paths.stepped!({ align: 1 }) }),
    // A value between two gaps would have no line.
    points: { show: true, size: 5, fill: () => colourOf(colour), filter: lonelyPoints },
  };
}

function lonelyPoints({ data }: uPlot, series: number): number[] {
  const values = data[series] ?? [];
  const isKnown = (index: number): boolean => typeof values[index] === 'number';
  return Array.from(values, (_, index) => index).filter(
    (index) => isKnown(index) && !isKnown(index - 1) && !isKnown(index + 1),
  );
}

/** The last interval goes on after the moment at which it began: what happened in it has a place too. */
function endOf(times: ArrayLike<number>, most: number): number {
  return times.length < 2 ? most : most + times[1]! - times[0]!;
}

/** A little above the highest value. */
function topOf({ leastTop, mostTop = Infinity }: UnitFacts, most: number): number {
  return Math.min(mostTop, Math.max(leastTop, most * 1.1));
}
