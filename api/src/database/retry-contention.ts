import { setTimeout as sleep } from 'node:timers/promises';
import { Contention } from './database.ts';

const MAX_TRIES = 6;
const FIRST_PAUSE_MS = 20;

/** Tries again what others have come in the way of, after pauses that grow and that differ by chance. */
export async function retryContention<T>(
  work: () => Promise<T>,
  random: () => number = Math.random,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Contention) || tries === MAX_TRIES) throw error;
    }
    await sleep(FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.5 + random()));
  }
}
