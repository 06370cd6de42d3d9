/** The times and bounds by which the pool is kept. Times are in milliseconds. */
export interface PoolLimits {
  /** The most nodes that there may be, and run. */
  readonly maxNodes: number;
  /** False: the nodes are given; none is launched or stopped. */
  readonly isElastic: boolean;
  /** A node that is silent for longer is ejected from the ring. */
  readonly suspectMs: number;
  /** One that is known to have ended is ejected after this time already, so that people can see why. */
  readonly endedSuspectMs: number;
  /** A launched node that has not become ready by then is given up. */
  readonly startMs: number;
  /** So long nodes that are ready to join wait for others that are on their way, to join in one step. */
  readonly gatherMs: number;
  /** A draining node may be stopped after this time, copied or not. */
  readonly drainMs: number;
  /** The same for one that somebody else is about to take away: EC2 gives two minutes. */
  readonly noticeMs: number;
  /** So long nodes are listed after they have gone. */
  readonly goneMs: number;
  /** A resize fails when a slot's node has failed this often. */
  readonly maxFailures: number;
  /** The wait before a slot's second relaunch; it doubles with each further one. The first comes at once. */
  readonly firstBackoffMs: number;
  readonly lastBackoffMs: number;
}

export const USUAL_LIMITS: Omit<PoolLimits, 'maxNodes' | 'isElastic'> = {
  suspectMs: 5_000,
  endedSuspectMs: 1_000,
  startMs: 30_000,
  gatherMs: 1_000,
  drainMs: 600_000,
  noticeMs: 100_000,
  goneMs: 60_000,
  maxFailures: 3,
  firstBackoffMs: 1_000,
  lastBackoffMs: 16_000,
};
