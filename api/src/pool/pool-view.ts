import type { NodeCounters } from './nodes/node-commands.ts';

/** What a node says of itself. */
export interface NodeReport {
  readonly counters: NodeCounters;
  /** Its name on the wire. Undefined for a plain memcached, which has no choice. */
  readonly evictionPolicy: string | undefined;
}

/** What this process sees of the pool, beyond what is written down. */
export interface PoolView {
  /** False: the nodes are given, none can be launched or stopped. */
  readonly isElastic: boolean;
  /** Why none can be launched or stopped, in words for the user. Left out where they can. */
  readonly fixedReason?: string | undefined;
  /** By the id of the node: what those that answer say of themselves now. Never rejects. */
  reports(): Promise<ReadonlyMap<string, NodeReport>>;
  /** By label: each member's share of all keys, 0 to 1. */
  ringShares(): ReadonlyMap<string, number>;
  /** How fast the resize under way copies. Undefined while it does not, and where another process leads the pool. */
  copiedBytesPerSecond(): number | undefined;
}
