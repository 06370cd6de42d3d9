import type { ReplayResult } from './replay.ts';

/** The results as a table for people, one line per policy and capacity. */
export function formatTable(results: readonly ReplayResult[]): string {
  const heading = ['capacity', 'policy', 'requests', 'misses', 'miss ratio', 'byte miss ratio'];
  const rows = results.map((result) => [
    formatBytes(result.capacityBytes),
    result.policy,
    String(result.requests),
    String(result.misses),
    formatRatio(result.misses, result.requests),
    formatRatio(result.missedBytes, result.bytes),
  ]);
  const widths = heading.map((_, column) =>
    Math.max(...[heading, ...rows].map((row) => row[column]!.length)),
  );
  const format = (row: string[]): string =>
    row.map((cell, column) => pad(cell, widths[column]!, column)).join('  ');
  return [heading, ...rows].map((row) => `${format(row).trimEnd()}\n`).join('');
}

/** The same for programs; a ratio is null if there were no requests, or no bytes. */
export function formatJson(results: readonly ReplayResult[]): string {
  const rows = results.map((result) => ({
    ...result,
    missRatio: ratio(result.misses, result.requests) ?? null,
    byteMissRatio: ratio(result.missedBytes, result.bytes) ?? null,
  }));
  return `${JSON.stringify(rows, undefined, 2)}\n`;
}

/** The column of names is set flush left, those of numbers flush right. */
function pad(cell: string, width: number, column: number): string {
  return column === 1 ? cell.padEnd(width) : cell.padStart(width);
}

function ratio(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}

function formatRatio(part: number, whole: number): string {
  return ratio(part, whole)?.toFixed(4) ?? '-';
}

function formatBytes(bytes: number): string {
  const units = ['', 'KiB', 'MiB', 'GiB', 'TiB'];
  let power = units.length - 1;
  while (power > 0 && bytes % 1024 ** power !== 0) power--;
  return `${bytes / 1024 ** power}${units[power]}`;
}
