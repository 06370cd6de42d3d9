import type { Inputs, Minute, PastChange } from './inputs.ts';
import { duration, percent, thousands } from './wording.ts';

export type Verdict = 'EXPAND' | 'SHRINK' | 'HOLD';

export interface Conclusion {
  readonly verdict: Verdict;
  /** The size that the pool should have; the present one when it holds. */
  readonly size: number;
  /** One sentence with the numbers in it. */
  readonly reason: string;
}

/** What the miss rate asks for, before anything is held against it. */
interface Wish {
  readonly verdict: Verdict;
  readonly size: number;
  /** "miss rate 31 % is above 20 %" */
  readonly because: string;
}

/** Two minutes with gets as near to each other as this are the same load. */
const SAME_LOAD = 0.25;
const BELIEVED_MS = 24 * 3_600_000;

/**
 * What to do about the size of the pool. Above the band of miss rates it grows by the ratio, rounded up; below, it shrinks, rounded
 * down; it never leaves the bounds. It holds whenever the numbers can't be trusted yet or the change would have to be taken back.
 */
export function decide(inputs: Inputs): Conclusion {
  const { pool, policy } = inputs;
  const size = pool.desiredSize;
  const hindrance = hindranceOf(inputs);
  if (hindrance !== undefined) return { verdict: 'HOLD', size, reason: `held at ${size}: ${hindrance}` };
  const bounded = clamp(size, policy);
  if (bounded !== size) {
    return conclude(inputs, {
      verdict: bounded > size ? 'EXPAND' : 'SHRINK',
      size: bounded,
      because: `the pool must have ${policy.minNodes} to ${policy.maxNodes} nodes`,
    });
  }
  const { minute } = inputs;
  const gap = gapIn(minute);
  if (minute === undefined || gap !== undefined)
    return { verdict: 'HOLD', size, reason: `held at ${size}: ${gap}` };
  const wish = wishOf(inputs, minute);
  const objection = wish.verdict === 'HOLD' ? undefined : objectionTo(inputs, minute, wish);
  return objection === undefined
    ? conclude(inputs, wish)
    : { verdict: 'HOLD', size, reason: `held at ${size}: ${wish.because}, but ${objection}` };
}

/** Why the size can't be changed now, whatever the numbers say. */
function hindranceOf({ pool }: Inputs): string | undefined {
  if (pool.fixedReason !== null) return `its size is fixed. ${pool.fixedReason}`;
  if (pool.isResizing) return 'a resize is under way';
  const starting = pool.nodes.find(({ state }) => state === 'STARTING' || state === 'JOINING');
  if (starting !== undefined) return `${starting.name} is starting`;
  return undefined;
}

/** Why the minute says nothing. */
function gapIn(minute: Minute | undefined): string | undefined {
  if (minute === undefined || minute.gets === null) return 'there is no data of the last minute';
  if (!minute.isComplete) return 'data of some node is missing in the last minute';
  if (minute.gets === 0 || minute.missRate === null) return 'nobody has read in the last minute';
  return undefined;
}

function wishOf({ pool, policy }: Inputs, minute: Minute): Wish {
  const size = pool.desiredSize;
  const rate = minute.missRate!;
  const { maxMissRate, minMissRate, expandRatio, shrinkRatio } = policy;
  if (rate > maxMissRate) {
    return {
      verdict: 'EXPAND',
      size: clamp(roundUp(size * expandRatio), policy),
      because: `miss rate ${percent(rate, maxMissRate)} is above ${percent(maxMissRate)}`,
    };
  }
  if (rate < minMissRate) {
    return {
      verdict: 'SHRINK',
      size: clamp(roundDown(size * shrinkRatio), policy),
      because: `miss rate ${percent(rate, minMissRate)} is below ${percent(minMissRate)}`,
    };
  }
  const because = `miss rate ${percent(rate)} is between ${percent(minMissRate)} and ${percent(maxMissRate)}`;
  return { verdict: 'HOLD', size, because };
}

function objectionTo(inputs: Inputs, minute: Minute, wish: Wish): string | undefined {
  const { pool, policy } = inputs;
  if (wish.size === pool.desiredSize) {
    return wish.verdict === 'EXPAND'
      ? `${wish.size} is the most that is allowed`
      : `${wish.size} is the least that is allowed`;
  }
  const missing = pool.nodes.find(({ state }) => state === 'SUSPECT');
  if (missing !== undefined) return `${missing.name} does not answer`;
  return (
    youthOf(inputs, minute) ?? flapOf(inputs, wish) ?? knownNeed(inputs, minute, wish, policy.maxMissRate)
  );
}

/** A pool that has just changed misses more than it will: its first minutes don't count. */
function youthOf({ now, policy, pool }: Inputs, minute: Minute): string | undefined {
  const { lastResizeFinishedAt } = pool;
  const cooldownMs = policy.cooldownSeconds * 1000;
  if (lastResizeFinishedAt !== null) {
    const ago = Math.max(0, now - lastResizeFinishedAt);
    if (ago < cooldownMs) return `a resize finished ${duration(ago)} ago`;
    if (minute.time < lastResizeFinishedAt)
      return `a resize finished ${duration(ago)} ago, and the minute began before`;
  }
  const youngest = pool.nodes.toSorted((a, b) => b.launchedAt - a.launchedAt)[0];
  if (youngest === undefined) return undefined;
  const ago = Math.max(0, now - youngest.launchedAt);
  const isNew = ago < cooldownMs || minute.time < youngest.launchedAt;
  return isNew ? `${youngest.name} was launched ${duration(ago)} ago` : undefined;
}

/** Going back where one has just come from. */
function flapOf({ now, policy, changes }: Inputs, wish: Wish): string | undefined {
  const windowMs = policy.flapWindowMinutes * 60_000;
  const left = changes.find(
    ({ at, verdict, size }) => now - at < windowMs && size === wish.size && verdict !== wish.verdict,
  );
  if (left === undefined) return undefined;
  const direction = left.verdict === 'EXPAND' ? 'too small' : 'more than needed';
  return `${wish.size} was found ${direction} ${duration(now - left.at)} ago`;
}

/**
 * Under a load like this a size at least as large was too small before: to go there would be taken back. That is believed for a day, and for twice as long
 * each time it is found again, as there may have been another cause, like a cache that was cleared.
 */
function knownNeed(
  { now, changes }: Inputs,
  minute: Minute,
  wish: Wish,
  maxMissRate: number,
): string | undefined {
  if (wish.verdict !== 'SHRINK') return undefined;
  const [tooSmall, ...earlier] = changes.filter(
    (change) =>
      change.verdict === 'EXPAND' && change.size >= wish.size && isSameLoad(change, minute, maxMissRate),
  );
  if (tooSmall === undefined || now - tooSmall.at >= BELIEVED_MS * 2 ** earlier.length) return undefined;
  const { size, missRate, gets, at } = tooSmall;
  return `with ${size} it was ${percent(missRate!)} at ${thousands(gets!)} gets a minute, ${duration(now - at)} ago`;
}

function isSameLoad({ gets, missRate }: PastChange, minute: Minute, maxMissRate: number): boolean {
  if (gets === null || missRate === null || missRate <= maxMissRate) return false;
  return Math.abs(gets - minute.gets!) <= SAME_LOAD * gets;
}

function conclude({ pool, policy }: Inputs, { verdict, size, because }: Wish): Conclusion {
  const before = pool.desiredSize;
  if (verdict === 'HOLD') return { verdict, size: before, reason: `held at ${before}: ${because}` };
  const word = verdict === 'EXPAND' ? 'expand' : 'shrink';
  const reason =
    policy.mode === 'AUTO'
      ? `${word} from ${before} to ${size}: ${because}`
      : `would ${word} from ${before} to ${size}: ${because}, but the mode is MANUAL`;
  return { verdict, size, reason };
}

function clamp(size: number, { minNodes, maxNodes }: Inputs['policy']): number {
  return Math.min(maxNodes, Math.max(minNodes, size));
}

/** 10 nodes times 1.1 are 11, also where floating point makes it a little more. */
function roundUp(size: number): number {
  return Math.ceil(size - 1e-9);
}

function roundDown(size: number): number {
  return Math.floor(size + 1e-9);
}
