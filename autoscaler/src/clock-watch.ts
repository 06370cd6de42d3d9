import type { Look } from './look.ts';

/** How much the server's clock may differ from this process's between two looks, which may be slow. */
const TOLERANCE_MS = 30_000;
/** The minute in which the clock has jumped and the one after say nothing. */
const LEAST_DOUBT_MS = 120_000;

/**
 * Notices when the server's clock jumps, by a clock of this process that never does. For a cooldown after it nothing can be said about how long ago
 * something was; later, what lies in the future is from before the jump, and long ago.
 */
export class ClockWatch {
  readonly #monotonicNow: () => number;
  /** What to add to this process's clock for the server's. */
  #offset: number | undefined;
  #jumpedAt: number | undefined;

  constructor(monotonicNow: () => number) {
    this.#monotonicNow = monotonicNow;
  }

  /** Whether the times in this look can't be compared yet. */
  isInDoubt(look: Look): boolean {
    const monotonic = this.#monotonicNow();
    const offset = look.now - monotonic;
    const hasJumped =
      this.#offset === undefined ? isAhead(look) : Math.abs(offset - this.#offset) > TOLERANCE_MS;
    if (hasJumped) this.#jumpedAt = monotonic;
    this.#offset = offset;
    const doubtMs = Math.max(LEAST_DOUBT_MS, look.policy.cooldownSeconds * 1000);
    return this.#jumpedAt !== undefined && monotonic - this.#jumpedAt < doubtMs;
  }
}

/** The look without what the server's clock says is still to come. */
export function withoutFuture(look: Look): Look {
  const { now, pool, changes, latestTick } = look;
  const last = pool.lastResizeFinishedAt;
  return {
    ...look,
    latestTick: latestTick !== undefined && latestTick > now ? undefined : latestTick,
    changes: changes.filter(({ at }) => at <= now + TOLERANCE_MS),
    pool: {
      ...pool,
      lastResizeFinishedAt: last !== null && last > now + TOLERANCE_MS ? null : last,
      nodes: pool.nodes.map((node) =>
        node.launchedAt > now + TOLERANCE_MS ? { ...node, launchedAt: 0 } : node,
      ),
    },
  };
}

function isAhead({ now, pool, latestTick }: Look): boolean {
  const times = [latestTick, pool.lastResizeFinishedAt, ...pool.nodes.map(({ launchedAt }) => launchedAt)];
  return times.some((time) => time !== undefined && time !== null && time > now + TOLERANCE_MS);
}
