import type { CacheConfig, NodeRecord } from '../state/pool-state.ts';

export interface NodeHealth {
  /** It answers, and knows of all deletions. */
  readonly isUp: boolean;
  /** Why it is not up, in words; empty while it is. */
  readonly reason: string;
}

/** What the reconciler asks of the nodes that run. */
export interface NodeAccess {
  /** Makes exactly these nodes known: connects to new ones, forgets the others. */
  follow(nodes: readonly NodeRecord[]): void;
  /** Undefined for a node that is not followed. */
  health(id: string): NodeHealth | undefined;
  /**
   * Tells the node its capacity and its eviction policy.
   * @throws with the reason when it can't be told
   */
  configure(id: string, config: CacheConfig): Promise<void>;
  /**
   * Deletes all that the node holds.
   * @throws with the reason when it can't be told
   */
  empty(id: string): Promise<void>;
  /** Calls the listener when any node begins or ceases to answer; returns the way to stop listening. */
  onHealthChanged(listener: () => void): () => void;
}
