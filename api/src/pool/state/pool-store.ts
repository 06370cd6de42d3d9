import type { PoolEvent, PoolState, Resize } from './pool-state.ts';

/** What follows from a state: the next one, and what is to be told of it. */
export interface PoolChange {
  /** Its revision is the store's business. A resize that is finished now is still in it: the store moves it to the history. */
  readonly state: PoolState;
  readonly events?: readonly Omit<PoolEvent, 'id'>[];
}

/** Where the pool is written down, for all api processes on the same database. */
export interface PoolStore {
  load(): Promise<PoolState>;
  /** Only the revision: cheap enough to be asked for every second. */
  revision(): Promise<number>;
  /**
   * Changes the state in one transaction: nobody else's change comes between. `change` is pure and may be called again; undefined
   * leaves everything as it is. With a `leader`, nothing is changed unless that one holds the lease now.
   * @returns the state afterwards
   * @throws LeaseLost when `leader` does not hold the lease; what `change` throws
   */
  update(change: (state: PoolState) => PoolChange | undefined, leader?: string): Promise<PoolState>;
  /** Takes or renews the leader's lease; false while somebody else holds it. */
  lead(holder: string, ttlMs: number): Promise<boolean>;
  /** Gives the lease back, so that another process need not wait for it to run out. */
  resign(holder: string): Promise<void>;
  /** The latest first. */
  events(limit: number): Promise<readonly PoolEvent[]>;
  /** Finished resizes, the latest first. */
  finishedResizes(limit: number): Promise<readonly Resize[]>;
}

export class LeaseLost extends Error {
  constructor() {
    super('Another process leads the pool now.');
  }
}
