import fc from 'fast-check';
import { describe, it } from 'vitest';
import { steps } from '../../../test/pool-simulation/commands.ts';
import { Scenario } from '../../../test/pool-simulation/scenario.ts';

/** How many histories are tried, and from which seed: others are for SIMULATION_RUNS=20000 SIMULATION_SEED=$RANDOM. */
const numRuns = Number(process.env['SIMULATION_RUNS'] ?? 1_600);
const seed = Number(process.env['SIMULATION_SEED'] ?? 20_261);
const parameters = { numRuns, seed };

describe(`random histories of a pool, of the seed ${seed},`, () => {
  it('keep every promise of launched nodes, and come to rest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), steps, (chance, history) => run(chance, history)),
      parameters,
    );
  }, 3_600_000);

  it('keep every promise of given nodes, and come to rest', async () => {
    const given = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
    await fc.assert(
      fc.asyncProperty(fc.integer(), steps, (chance, history) => run(chance, history, given)),
      { ...parameters, numRuns: Math.ceil(numRuns / 4) },
    );
  }, 3_600_000);
});

async function run(
  chance: number,
  history: Parameters<Scenario['run']>[0],
  given?: readonly string[],
): Promise<void> {
  const scenario = new Scenario(chance, given);
  try {
    await scenario.run(history);
  } finally {
    scenario.end();
    // A history passes without the event loop: let the test runner have its turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
