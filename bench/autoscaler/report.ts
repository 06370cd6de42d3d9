import type { Load } from './loads.ts';
import type { Outcome } from './simulate.ts';

const HEADING = ['strategy', 'resizes', 'node-hours', 'minutes above', 'misses', 'sizes'];

/** Prints what each strategy made of a load. */
export function report({ name, minutes, policy }: Load, outcomes: ReadonlyMap<string, Outcome>): void {
  const { minMissRate, maxMissRate } = policy;
  console.log(`\n${name}: ${minutes} minutes, miss rate wanted from ${minMissRate} to ${maxMissRate}`);
  console.log(row(HEADING));
  for (const [strategy, { resizes, nodeHours, minutesAbove, gets, misses, sizes }] of outcomes) {
    const range = `${Math.min(...sizes)} to ${Math.max(...sizes)}`;
    const missRate = `${((100 * misses) / gets).toFixed(1)} %`;
    console.log(
      row([strategy, String(resizes), nodeHours.toFixed(1), String(minutesAbove), missRate, range]),
    );
  }
}

function row(cells: readonly string[]): string {
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(34) : cell.padStart(14))).join('');
}
