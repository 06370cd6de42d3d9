import { setTimeout as sleep } from 'node:timers/promises';

export interface RetryOptions {
  /** No attempt begins later than this after the first. */
  readonly deadlineMs: number;
  /** An attempt without an answer is given up after this long. */
  readonly attemptMs: number;
  /** Whether what has failed may succeed when it is done again. */
  readonly isPassing: (error: unknown) => boolean;
  readonly random?: () => number;
  /** Monotonic, in milliseconds. */
  readonly clock?: () => number;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Tries again what fails for a passing reason, after pauses of a random length below a bound that doubles ("full jitter",
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), until the deadline. Rejects with the last failure.
 */
export async function retryWithin<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { deadlineMs, attemptMs, isPassing, random = Math.random, clock = monotonic }: RetryOptions,
): Promise<T> {
  const deadline = clock() + deadlineMs;
  for (let attempt = 0; ; attempt++) {
    try {
      return await attemptWithin(work, Math.max(1, Math.min(attemptMs, deadline - clock())));
    } catch (error) {
      const pauseMs = random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
      if (!isPassing(error) || clock() + pauseMs >= deadline) throw error;
      await sleep(pauseMs);
    }
  }
}

/** The signal is of no effect once the work is done: a body may still be on its way then. */
async function attemptWithin<T>(work: (signal: AbortSignal) => Promise<T>, ms: number): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ms);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

function monotonic(): number {
  return performance.now();
}
