import type { Database } from '../database/database.ts';
import type { ObjectStore } from '../objects/object-store.ts';

export interface SweeperOptions {
  readonly database: Database;
  readonly objects: ObjectStore;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called when a sweep fails; the next one comes an hour later all the same. */
  readonly onError: (error: unknown) => void;
}

/** Sweeps every hour. Returns the way to stop, which waits for a sweep under way to come to an end. */
export function startSweeper(_options: SweeperOptions): () => Promise<void> {
  throw new Error('Not built yet.');
}
