import { UNITS } from './chart-units.ts';
import type { Chart } from './stats-charts.ts';
import type { Span } from './stats-window.ts';

/** A chart in words, for those who don't see it: of each line the latest value and between what it was. */
export function summaryOf({ title, unit, lines }: Chart, { stepSeconds, count }: Span): string {
  const { format } = UNITS[unit];
  const sentences = lines.map(({ name, values }) => {
    const known = values.filter((value) => value !== null);
    if (known.length === 0) return `${name}: no data.`;
    const latest = values.at(-1) ?? undefined;
    const now = latest === undefined ? 'no data at the end' : `${format(latest)} at the end`;
    return `${name}: ${now}, ${format(Math.min(...known))} to ${format(Math.max(...known))} in all.`;
  });
  const span = stepSeconds === 60 ? `${count} minutes` : `${count} seconds`;
  return `${title}, the last ${span}. ${sentences.join(' ')}`;
}
