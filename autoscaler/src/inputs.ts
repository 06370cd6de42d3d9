/** What the autoscaler is told to hold: the scaling policy and the mode. */
export interface ScalingPolicy {
  readonly mode: 'MANUAL' | 'AUTO';
  /** 0 to 1, as all rates. */
  readonly maxMissRate: number;
  readonly minMissRate: number;
  /** Above 1. */
  readonly expandRatio: number;
  /** Between 0 and 1. */
  readonly shrinkRatio: number;
  readonly minNodes: number;
  readonly maxNodes: number;
  readonly cooldownSeconds: number;
  readonly flapWindowMinutes: number;
}

export interface PoolNow {
  readonly desiredSize: number;
  /** Why the size can't be changed. Null where it can. */
  readonly fixedReason: string | null;
  /** Those that have gone left out. */
  readonly nodes: readonly { readonly name: string; readonly state: string; readonly launchedAt: number }[];
  /** Whether a resize is running, paused or queued. */
  readonly isResizing: boolean;
  /** Null when there never was one. */
  readonly lastResizeFinishedAt: number | null;
}

/** A full minute of the whole pool. Null is no data, not 0. */
export interface Minute {
  /** When it began. */
  readonly time: number;
  readonly gets: number | null;
  readonly missRate: number | null;
  /** Every ready node was seen for the whole minute. */
  readonly isComplete: boolean;
}

/** A change of size that was decided on and made. */
export interface PastChange {
  readonly at: number;
  readonly verdict: 'EXPAND' | 'SHRINK';
  /** The size that was left. */
  readonly size: number;
  readonly newSize: number;
  readonly missRate: number | null;
  /** In the minute that was decided on. */
  readonly gets: number | null;
}

/** All that a decision is made from. Times are the server's, in milliseconds since the Unix epoch. */
export interface Inputs {
  readonly now: number;
  readonly policy: ScalingPolicy;
  readonly pool: PoolNow;
  /** The last full minute. Undefined when there is none. */
  readonly minute: Minute | undefined;
  /** The latest first. */
  readonly changes: readonly PastChange[];
}
