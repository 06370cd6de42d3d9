import { decide } from '../../autoscaler/src/decide.ts';
import type { PastChange, ScalingPolicy } from '../../autoscaler/src/inputs.ts';
import type { WayOfResizing } from './simulated-pool.ts';

/** What a strategy knows when a minute has ended. */
export interface Seen {
  /** Milliseconds; the minute began at `minuteStart`. */
  readonly now: number;
  readonly minuteStart: number;
  readonly size: number;
  readonly policy: ScalingPolicy;
  readonly minute: Counts;
  /** Of the nodes that there are, since each was started. */
  readonly sinceBoot: Counts;
}

export interface Counts {
  readonly gets: number;
  readonly misses: number;
}

export interface Strategy {
  readonly name: string;
  readonly way: WayOfResizing;
  /** The size to begin with, where it is not the load's. */
  readonly firstSize?: number;
  /** Called once a run; what it returns is asked for the new size after each minute. */
  begin(): (seen: Seen) => number;
}

export function fixed(size: number): Strategy {
  return { name: `always ${size}`, way: 'move', firstSize: size, begin: () => () => size };
}

/** The rule of the course project: rates since boot, no cooldown, all caches cleared by each resize. */
export const courseProject: Strategy = {
  name: 'plain rule, since boot, clearing',
  way: 'clear',
  begin:
    () =>
    ({ size, policy, sinceBoot }) =>
      byRatio(size, sinceBoot, policy),
};

/** The same rule by the rate of the last minute, with entries moved: what the rule itself is to blame for. */
export const plainRatio: Strategy = {
  name: 'plain rule, last minute, moving',
  way: 'move',
  begin:
    () =>
    ({ size, policy, minute }) =>
      byRatio(size, minute, policy),
};

/** The autoscaler's `decide`. A resize takes it half a minute. */
export const ours: Strategy = {
  name: 'Shoal',
  way: 'move',
  begin() {
    const changes: PastChange[] = [];
    const launchedAt: number[] = [];
    let lastResizeFinishedAt: number | null = null;
    return ({ now, minuteStart, size, policy, minute: { gets, misses } }) => {
      while (launchedAt.length < size) launchedAt.push(-Infinity);
      const missRate = gets === 0 ? null : misses / gets;
      const { verdict, size: newSize } = decide({
        now,
        policy,
        pool: {
          desiredSize: size,
          fixedReason: null,
          nodes: launchedAt.map((at, slot) => ({ name: `node-${slot}`, state: 'READY', launchedAt: at })),
          isResizing: false,
          lastResizeFinishedAt,
        },
        minute: { time: minuteStart, gets, missRate, isComplete: true },
        changes,
      });
      if (verdict === 'HOLD') return size;
      changes.unshift({ at: now, verdict, size, newSize, missRate, gets });
      launchedAt.length = Math.min(newSize, size);
      while (launchedAt.length < newSize) launchedAt.push(now);
      lastResizeFinishedAt = now + RESIZE_MS;
      return newSize;
    };
  },
};

const RESIZE_MS = 30_000;

function byRatio(size: number, { gets, misses }: Counts, policy: ScalingPolicy): number {
  if (gets === 0) return size;
  const rate = misses / gets;
  const { maxMissRate, minMissRate, expandRatio, shrinkRatio, minNodes, maxNodes } = policy;
  if (rate > maxMissRate) return Math.min(maxNodes, Math.ceil(size * expandRatio));
  if (rate < minMissRate) return Math.max(minNodes, Math.floor(size * shrinkRatio));
  return size;
}
