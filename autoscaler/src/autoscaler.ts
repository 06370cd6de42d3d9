import { setTimeout as sleep } from 'node:timers/promises';
import type { Api, Look } from './api-client.ts';
import { decide } from './decide.ts';

export interface AutoscalerOptions {
  readonly api: Api;
  readonly intervalMs: number;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Resolves after a time, or is rejected at once when the signal comes. Goes by a clock that never jumps. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly log: { info(message: string): void; warn(message: string): void };
}

const MINUTE_MS = 60_000;
/** A minute's numbers are there so long after its end. */
const SETTLED_MS = 5_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;
/** An api that is just being started, or started anew, is nothing to be told of. */
const FAILURES_TOLD = 5;

/**
 * Decides once each interval until the signal comes. Whatever fails is tried again after a while that grows. Times are compared
 * with times of the same server only, so that no clock that differs or jumps does harm.
 */
export async function runAutoscaler(options: AutoscalerOptions, signal: AbortSignal): Promise<void> {
  const wait = options.sleep ?? ((ms, aborted) => sleep(ms, undefined, { signal: aborted }));
  let failures = 0;
  while (!signal.aborted) {
    let waitMs: number;
    try {
      const { now } = await tick(options);
      if (failures >= FAILURES_TOLD) options.log.warn('The api answers again.');
      failures = 0;
      waitMs = untilNextTick(now, options.intervalMs);
    } catch (error) {
      waitMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures++) * (0.5 + 0.5 * options.random());
      if (failures === FAILURES_TOLD) {
        options.log.warn(`The api can't be asked, trying again until it can: ${reasonOf(error)}`);
      }
    }
    await wait(waitMs, signal).catch(() => {});
  }
}

/** Looks, decides, acts in AUTO mode, and records. A minute that somebody has decided on is left alone. */
export async function tick({ api, log }: Pick<AutoscalerOptions, 'api' | 'log'>): Promise<Look> {
  const look = await api.look();
  const minute = look.minute?.time ?? Math.floor(look.now / MINUTE_MS) * MINUTE_MS - MINUTE_MS;
  if (look.latestTick !== undefined && look.latestTick >= minute && look.latestTick <= look.now) return look;
  const conclusion = decide(look);
  const { desiredSize } = look.pool;
  const acts = look.policy.mode === 'AUTO' && conclusion.verdict !== 'HOLD';
  const isApplied = acts && (await api.resize(conclusion.size, desiredSize));
  const told =
    acts && !isApplied
      ? { ...conclusion, reason: `${conclusion.reason}, but the pool has changed meanwhile` }
      : conclusion;
  await api.record({ tick: minute, look, conclusion: told, isApplied });
  log.info(told.reason);
  return look;
}

/** Shortly after a minute of the server's clock has ended, and at most an interval from now. */
function untilNextTick(now: number, intervalMs: number): number {
  return intervalMs - ((((now - SETTLED_MS) % intervalMs) + intervalMs) % intervalMs);
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}
