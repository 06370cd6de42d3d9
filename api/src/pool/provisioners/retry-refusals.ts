import type { Clock } from '../reconciling/clock.ts';

export interface RetryOptions {
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** What fails after this time is not tried again. */
  readonly withinMs: number;
  readonly isWorthIt: (error: unknown) => boolean;
}

const FIRST_WAIT_MS = 200;
const LAST_WAIT_MS = 5_000;

/**
 * Tries again what was refused for too many requests, after waits of a random length whose bound doubles: those who were refused
 * together do not come back together. Source: Brooker, "Exponential Backoff And Jitter" (full jitter).
 * @throws what the last try has thrown
 */
export async function retryRefusals<T>(
  { clock, random, withinMs, isWorthIt }: RetryOptions,
  ask: () => Promise<T>,
): Promise<T> {
  const until = clock.now() + withinMs;
  for (let tries = 0; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      const waitMs = Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries) * random();
      if (!isWorthIt(error) || clock.now() + waitMs > until) throw error;
      await new Promise<void>((resolve) => void clock.after(waitMs, resolve));
    }
  }
}
