import type { Chart } from './stats-charts.ts';

/** What charts show as comma-separated values (RFC 4180): a row per moment, a column per line. No data is an empty cell. */
export function csvOf(charts: readonly Chart[], times: readonly number[]): string {
  const lines = charts.flatMap(({ title, unit, lines }) =>
    lines.map(({ name, values }) => ({ head: `${title}: ${name} (${unit})`, values })),
  );
  const rows = times.map((time, index) => [
    new Date(time * 1000).toISOString(),
    ...lines.map(({ values }) => String(values[index] ?? '')),
  ]);
  return [['time', ...lines.map(({ head }) => head)], ...rows]
    .map((row) => `${row.map(quote).join(',')}\r\n`)
    .join('');
}

/** Has the browser save a text as a file. */
export function saveText(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
