import { UNITS } from './chart-units.ts';
import type { ChartPlan } from './stats-charts.ts';
import type { StatsWindow } from './stats-window.ts';

/** A chart in words, for those who don't see it: of each line the latest value and between what it was. */
export function summaryOf({ title, unit, lines }: ChartPlan, window: StatsWindow): string {
  const { format } = UNITS[unit];
  const sentences = lines.map(({ name, valueOf }) => {
    const values = window.points.map((point) => (point ? valueOf(point) : null));
    const known = values.filter((value) => value !== null);
    if (known.length === 0) return `${name}: no data.`;
    const latest = values.at(-1) ?? undefined;
    const now = latest === undefined ? 'no data at the end' : `${format(latest)} at the end`;
    return `${name}: ${now}, ${format(Math.min(...known))} to ${format(Math.max(...known))} in all.`;
  });
  const span = window.stepSeconds === 60 ? `${window.count} minutes` : `${window.count} seconds`;
  return `${title}, the last ${span}. ${sentences.join(' ')}`;
}
