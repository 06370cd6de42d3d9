import type { Database } from '../database/database.ts';
import { ShoalError } from '../errors.ts';
import type { ObjectName, ObjectStore } from '../objects/object-store.ts';
import type { NewId } from '../ordered-id.ts';
import {
  addToDeletion,
  beginDeletion,
  type DeletionRow,
  findLatestDeletion,
  finishDeletion,
} from './deletion-row.ts';
import { REMOVAL_BATCH, removeObjectsWithoutRow } from './remove-objects.ts';
import { findNewestVersion, removeRowsUpTo } from './remove-rows.ts';

export interface DeletionOfAllOptions {
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly entries: { clear(): Promise<void> };
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newId: NewId;
  /** Called when no row is left of what is to be deleted. */
  readonly onRowsRemoved: () => void;
  /** How long after a failure it is gone on with what is left. */
  readonly retryMs?: number | undefined;
}

const RETRY_MS = 10_000;
const FIRST_BATCH = 100;
const SMALLEST_BATCH = 10;
/** A batch that takes longer than this is followed by a smaller one, so that progress is written every second. */
const LONG_BATCH_MS = 500;

/** Deletes all images: rows, entries, objects, entries again. What a crash leaves half done, the next start goes on with. */
export class DeletionOfAll {
  readonly #options: DeletionOfAllOptions;
  readonly #stopping = new AbortController();
  #last: Promise<unknown> = Promise.resolve();
  #retryTimer: NodeJS.Timeout | undefined;
  #onError: ((error: unknown) => void) | undefined;

  constructor(options: DeletionOfAllOptions) {
    this.#options = options;
  }

  /**
   * Removes every image that was uploaded before, after deletions that are under way; returns how many there were.
   * @throws ShoalError UNAVAILABLE; what is left is removed later
   */
  async run(): Promise<number> {
    const { database, now, newId } = this.#options;
    return await this.#inTurn(async () => {
      // Greater than every version uploaded before now, by whatever clock.
      const lastVersion = newId(await findNewestVersion(database));
      const id = newId((await findLatestDeletion(database))?.id);
      const deletion = await beginDeletion(database, { id, lastVersion, requestedAt: new Date(now()) });
      return await this.#carryOut(deletion);
    });
  }

  /**
   * Goes on, now and whenever one has failed, with deletions that are not done. Returns the way to stop, which leaves those under way
   * to the next start.
   */
  resume(onError: (error: unknown) => void): () => Promise<void> {
    this.#onError = onError;
    this.#resumeAfter(0);
    return async () => {
      this.#stopping.abort();
      clearTimeout(this.#retryTimer);
      await this.#last;
    };
  }

  #resumeAfter(delayMs: number): void {
    if (this.#onError === undefined || this.#stopping.signal.aborted) return;
    clearTimeout(this.#retryTimer);
    const onError = this.#onError;
    this.#retryTimer = setTimeout(() => void this.#inTurn(() => this.#goOn()).catch(onError), delayMs);
    this.#retryTimer.unref();
  }

  async #goOn(): Promise<void> {
    const latest = await findLatestDeletion(this.#options.database);
    if (latest?.state === 'RUNNING') await this.#carryOut(latest);
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => this.#resumeAfter(this.#options.retryMs ?? RETRY_MS));
    return await turn;
  }

  /** Each step finds what the steps before have left, so that it can be done again from the beginning. */
  async #carryOut(deletion: DeletionRow): Promise<number> {
    const { database, entries, now, onRowsRemoved } = this.#options;
    const removedCount = await removeRowsUpTo(database, deletion.lastVersion, async (db, imagesDeleted) => {
      this.#refuseWhileStopping();
      await addToDeletion(db, database.tables, deletion.id, { imagesDeleted });
    });
    onRowsRemoved();
    await entries.clear();
    await this.#removeObjects(deletion);
    // A read between the two has found an object and put its bytes back into a node.
    await entries.clear();
    await finishDeletion(database, deletion, new Date(now()));
    return removedCount;
  }

  async #removeObjects({ id, lastVersion }: DeletionRow): Promise<void> {
    const { database, objects, now } = this.#options;
    let batch: ObjectName[] = [];
    let batchSize = FIRST_BATCH;
    const remove = async () => {
      this.#refuseWhileStopping();
      const startedAt = now();
      const objectsRemoved = await removeObjectsWithoutRow({ database, objects }, batch);
      await database.query((db) => addToDeletion(db, database.tables, id, { objectsRemoved }));
      batch = [];
      batchSize =
        now() - startedAt > LONG_BATCH_MS
          ? Math.max(SMALLEST_BATCH, Math.floor(batchSize / 4))
          : Math.min(REMOVAL_BATCH, batchSize * 2);
    };
    for await (const { keyHash, version } of objects.list()) {
      if (version > lastVersion) continue;
      batch.push({ keyHash, version });
      if (batch.length >= batchSize) await remove();
    }
    await remove();
  }

  #refuseWhileStopping(): void {
    if (!this.#stopping.signal.aborted) return;
    throw new ShoalError('UNAVAILABLE', 'Shoal is being stopped. The next start goes on with the deletion.');
  }
}
