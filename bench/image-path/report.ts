import type { Contender } from './contender.ts';
import type { Picture } from './pictures.ts';
import type { WrkResult } from './wrk.ts';

export interface Measurement extends WrkResult {
  readonly contender: Contender['name'];
  readonly picture: Picture['name'];
}

const CONTENDERS = ['nginx', 'nginx, sendfile', 'bare Node', 'Shoal', 'Express'] as const;
/** What part of nginx's requests a second we want to reach. */
const NGINX_TARGETS = { '20 kB': 0.4, '100 kB': 0.5, '1 MB': 0.6 } as const;
const EXPRESS_TARGET = 2.5;

/** Prints medians and ratios; tells whether all targets are met. */
export function report(measurements: readonly Measurement[]): boolean {
  let hasMetTargets = true;
  console.log(row(['', '', 'requests/s', 'MB/s', 'p50 ms', 'p99 ms']));
  for (const [picture, nginxTarget] of Object.entries(NGINX_TARGETS)) {
    const rates = CONTENDERS.map((contender) => {
      const own = measurements.filter((one) => one.picture === picture && one.contender === contender);
      const rate = median(own.map(({ requestsPerSecond }) => requestsPerSecond));
      const [p50, p99] = [median(own.map(({ p50Ms }) => p50Ms)), median(own.map(({ p99Ms }) => p99Ms))];
      const megabytes = (rate * MEGABYTES[picture as Picture['name']]).toFixed(0);
      console.log(row([picture, contender, rate.toFixed(0), megabytes, p50.toFixed(2), p99.toFixed(2)]));
      return rate;
    });
    const [nginx, sendfile, bare, shoal, express] = rates as [number, number, number, number, number];
    console.log(`  Shoal / nginx, sendfile: ${(shoal / sendfile).toFixed(2)}`);
    console.log(`  bare Node / nginx: ${(bare / nginx).toFixed(2)}`);
    console.log(`  Shoal / bare Node: ${(shoal / bare).toFixed(2)}`);
    for (const [ratio, name, target] of [
      [shoal / nginx, 'nginx', nginxTarget],
      [shoal / express, 'Express', EXPRESS_TARGET],
    ] as const) {
      const isMet = ratio >= target;
      hasMetTargets &&= isMet;
      console.log(`  Shoal / ${name}: ${ratio.toFixed(2)} (target ${target}: ${isMet ? 'met' : 'missed'})`);
    }
  }
  return hasMetTargets;
}

const MEGABYTES = { '20 kB': 0.02, '100 kB': 0.1, '1 MB': 1 } as const;

function row(cells: readonly string[]): string {
  return cells.map((cell, i) => (i < 2 ? cell.padEnd(16) : cell.padStart(11))).join('');
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
