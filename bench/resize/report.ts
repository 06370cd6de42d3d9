import type { Workload } from './workload.ts';

export interface Results {
  readonly workload: Workload;
  readonly sizes: readonly number[];
  /** How many requests make the minute after a step. */
  readonly minuteRequests: number;
  /** Reads of the object store, by request: of pools that had a size all along, and of those that were resized. */
  readonly steady: ReadonlyMap<number, Uint8Array>;
  readonly warmed: Uint8Array;
  readonly unwarmed: Uint8Array;
  readonly cleared: Uint8Array;
}

/** What part of the reads that clearing causes warming may cause, and how many points above the steady miss rate it may be. */
const [MOST_RATIO, MOST_POINTS] = [0.05, 2];

/** Prints what each step cost; tells whether the targets are met. */
export function report(results: Results): boolean {
  const { sizes, steady, warmed, unwarmed, cleared } = results;
  const schemes = [warmed, unwarmed, cleared];
  const caused = [0, 0, 0];
  let mostPoints = -Infinity;
  console.log(row(['', 'miss rate in the minute after the step, %', '', '', '', '', 'reads caused', '', '']));
  console.log(
    row(['step', 'always old', 'always new', 'warming', 'without', 'clear', 'warming', 'without', 'clear']),
  );
  for (const [step, size] of sizes.slice(1).entries()) {
    const before = sizes[step]!;
    const base = steady.get(size)!;
    const rates = [steady.get(before)!, base, ...schemes].map((reads) => minuteRate(results, reads, step));
    const extra = schemes.map((reads) => stepReads(results, reads, step) - stepReads(results, base, step));
    for (const [i, reads] of extra.entries()) caused[i]! += reads;
    mostPoints = Math.max(mostPoints, (rates[2]! - rates[1]!) * 100);
    console.log(
      row([`${before} → ${size}`, ...rates.map((rate) => (rate * 100).toFixed(2)), ...extra.map(String)]),
    );
  }
  console.log(row(['all', '', '', '', '', '', ...caused.map(String)]));
  const ratio = caused[0]! / caused[2]!;
  const [isRatioMet, arePointsMet] = [ratio < MOST_RATIO, mostPoints <= MOST_POINTS];
  console.log(
    `Warming causes ${percent(ratio)} of the reads that clearing does (target below ${percent(MOST_RATIO)}: ${verdict(isRatioMet)}), ` +
      `${percent(caused[0]! / caused[1]!)} of those without warming.`,
  );
  console.log(
    `The minute after a step is at most ${mostPoints.toFixed(2)} points above the new size's steady miss rate (target ${MOST_POINTS}: ${verdict(arePointsMet)}).`,
  );
  return isRatioMet && arePointsMet;
}

function minuteRate({ workload, minuteRequests }: Results, reads: Uint8Array, step: number): number {
  const start = workload.stepStarts[step]!;
  return sum(reads.subarray(start, start + minuteRequests)) / minuteRequests;
}

function stepReads({ workload }: Results, reads: Uint8Array, step: number): number {
  return sum(reads.subarray(workload.stepStarts[step], workload.stepStarts[step + 1]));
}

function sum(numbers: Uint8Array): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function verdict(isMet: boolean): string {
  return isMet ? 'met' : 'missed';
}

function row(cells: readonly string[]): string {
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(8) : cell.padStart(11))).join('');
}
