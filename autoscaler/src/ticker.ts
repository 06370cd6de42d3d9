import type { Api, DecisionRecord } from './api-client.ts';
import { ClockWatch, withoutFuture } from './clock-watch.ts';
import { type Conclusion, decide } from './decide.ts';
import type { Look } from './look.ts';

export interface TickerOptions {
  readonly api: Api;
  /** Between two ticks. */
  readonly intervalMs: number;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonicNow: () => number;
  readonly log: { info(message: string): void };
}

/** A minute's numbers are there so long after its end. */
export const SETTLED_MS = 5_000;
const MINUTE_MS = 60_000;

/** Looks, decides, acts in AUTO mode, and records. A tick that somebody has decided on is left alone. */
export class Ticker {
  readonly #options: TickerOptions;
  readonly #clock: ClockWatch;
  /** A resize that was asked for, of which it is not known that it is on record. */
  #unsettled: DecisionRecord | undefined;

  constructor(options: TickerOptions) {
    this.#options = options;
    this.#clock = new ClockWatch(options.monotonicNow);
  }

  /** Returns the server's time. Rejected when the api fails, to be tried again. */
  async tick(): Promise<number> {
    const seen = await this.#options.api.look();
    const isInDoubt = this.#clock.isInDoubt(seen);
    const look = isInDoubt ? seen : withoutFuture(seen);
    const tick = tickOf(look, this.#options.intervalMs);
    if (await this.#settle(look)) return look.now;
    if (isDecidedOn(look, tick)) return look.now;
    await this.#act(tick, look, isInDoubt ? heldInDoubt(look) : decide(look));
    return look.now;
  }

  async #act(tick: number, look: Look, conclusion: Conclusion): Promise<void> {
    const decision = { tick, look, conclusion, isApplied: false };
    if (look.policy.mode !== 'AUTO' || conclusion.verdict === 'HOLD') return await this.#record(decision);
    const { api } = this.#options;
    this.#unsettled = decision;
    const answer = await api.resize(conclusion.size, look.pool.desiredSize);
    if (answer.isTaken) {
      this.#unsettled = { ...decision, isApplied: true };
      return await this.#record(this.#unsettled);
    }
    this.#unsettled = undefined;
    const later = await api.look();
    // Another autoscaler has done it, and records it.
    if (isDecidedOn(later, tick) || later.pool.desiredSize === conclusion.size) return;
    const reason = `${conclusion.reason}, but the api refused: ${answer.reason}`;
    await this.#record({ ...decision, conclusion: { ...conclusion, reason } });
  }

  /** Records a resize that was taken though the answer, or that to its record, got lost; whether there was one. */
  async #settle({ pool, latestTick }: Look): Promise<boolean> {
    const left = this.#unsettled;
    if (left === undefined) return false;
    const isTaken = left.isApplied || pool.desiredSize === left.conclusion.size;
    if (!isTaken || latestTick === left.tick) {
      this.#unsettled = undefined;
      return false;
    }
    await this.#record({ ...left, isApplied: true });
    return true;
  }

  async #record(decision: DecisionRecord): Promise<void> {
    const { api, log } = this.#options;
    await api.record(decision);
    this.#unsettled = undefined;
    log.info(decision.conclusion.reason);
  }
}

/** What a decision is known by: the minute that is decided on or, where a minute has several ticks, the interval that has just begun. */
function tickOf({ now, minute }: Look, intervalMs: number): number {
  if (intervalMs < MINUTE_MS) return Math.floor((now - SETTLED_MS) / intervalMs) * intervalMs;
  return minute?.time ?? Math.floor(now / MINUTE_MS) * MINUTE_MS - MINUTE_MS;
}

function isDecidedOn({ now, latestTick }: Look, tick: number): boolean {
  return latestTick !== undefined && latestTick >= tick && latestTick <= now;
}

function heldInDoubt({ pool }: Look): Conclusion {
  const size = pool.desiredSize;
  return { verdict: 'HOLD', size, reason: `held at ${size}: the clock of the api has jumped` };
}
