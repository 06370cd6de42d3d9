import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from './api-client.ts';
import { SETTLED_MS, Ticker } from './ticker.ts';

export interface AutoscalerOptions {
  readonly api: Api;
  readonly intervalMs: number;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Resolves after a time, or is rejected at once when the signal comes. Goes by a clock that never jumps. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds of that clock. */
  readonly monotonicNow?: () => number;
  readonly log: { info(message: string): void; warn(message: string): void };
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;
/** An api that is just being started, or started anew, is nothing to be told of. */
const FAILURES_TOLD = 5;

/**
 * Decides once each interval until the signal comes. Whatever fails is tried again after a while that grows. Times are compared
 * with times of the same server only, so that no clock that differs does harm.
 */
export async function runAutoscaler(options: AutoscalerOptions, signal: AbortSignal): Promise<void> {
  const { api, log, intervalMs, random, monotonicNow = () => performance.now() } = options;
  const wait = options.sleep ?? ((ms, aborted) => sleep(ms, undefined, { signal: aborted }));
  const ticker = new Ticker({ api, intervalMs, log, monotonicNow });
  let failures = 0;
  while (!signal.aborted) {
    let waitMs: number;
    try {
      const now = await ticker.tick();
      if (failures >= FAILURES_TOLD) log.warn('The api answers again.');
      failures = 0;
      waitMs = untilNextTick(now, intervalMs);
    } catch (error) {
      waitMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures++) * (0.5 + 0.5 * random());
      if (failures === FAILURES_TOLD) {
        log.warn(`The api can't be asked: ${reasonOf(error)}. Trying again until it can.`);
      }
    }
    await wait(waitMs, signal).catch(() => {});
  }
}

/** Shortly after a minute of the server's clock has ended, and at most an interval from now. */
function untilNextTick(now: number, intervalMs: number): number {
  return intervalMs - ((((now - SETTLED_MS) % intervalMs) + intervalMs) % intervalMs);
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  const text = cause instanceof Error ? `${message} (${cause.message})` : message;
  return text.replace(/\.$/, '');
}
