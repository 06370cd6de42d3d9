import { inArray } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import type { ObjectName, ObjectStore } from '../objects/object-store.ts';
import type { EntryRemover } from './image-service.ts';
import { REMOVAL_BATCH, removeObjectsWithoutRow } from './remove-objects.ts';
import { findNewestVersion } from './remove-rows.ts';

export interface SweeperOptions {
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly entries: Pick<EntryRemover, 'removeVersions'>;
  /** Removes uploads that have begun and were not completed. */
  readonly sweepUploads?: () => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called when a sweep fails; the next one comes an hour later all the same. */
  readonly onError: (error: unknown) => void;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const KEPT_MS = 24 * HOUR_MS;

/**
 * Sweeps a minute after the start, then an hour after each sweep. Returns the way to stop, which waits for a sweep under way to
 * come to an end.
 */
export function startSweeper(options: SweeperOptions): () => Promise<void> {
  const stopping = new AbortController();
  let sweep: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout;
  const sweepAfter = (delayMs: number) => {
    timer = setTimeout(() => {
      sweep = sweepObjects(options, stopping.signal)
        .catch(options.onError)
        .then(() => options.sweepUploads?.())
        .catch(options.onError)
        .then(() => {
          if (!stopping.signal.aborted) sweepAfter(HOUR_MS);
        });
    }, delayMs);
    timer.unref();
  };
  sweepAfter(MINUTE_MS);
  return async () => {
    stopping.abort();
    clearTimeout(timer);
    await sweep;
  };
}

/**
 * Removes objects that have been without a row for a day: those that failed uploads left, and versions that were replaced, so that
 * pages with an old address work for a day. Returns how many there were. Without any image it removes nothing: then this is more
 * likely the wrong database than a store of nothing but left-overs.
 */
export async function sweepObjects(
  options: Omit<SweeperOptions, 'onError'>,
  signal?: AbortSignal,
): Promise<number> {
  if ((await findNewestVersion(options.database)) === undefined) return 0;
  const before = options.now() - KEPT_MS;
  let sweptCount = 0;
  let batch: ObjectName[] = [];
  for await (const { keyHash, version, storedAt } of options.objects.list()) {
    if (signal?.aborted) return sweptCount;
    // A young object may belong to an upload that is about to write its row.
    if (storedAt.getTime() >= before) continue;
    batch.push({ keyHash, version });
    if (batch.length < REMOVAL_BATCH) continue;
    sweptCount += await sweepBatch(options, batch, before);
    batch = [];
  }
  return sweptCount + (await sweepBatch(options, batch, before));
}

async function sweepBatch(
  options: Omit<SweeperOptions, 'onError'>,
  names: readonly ObjectName[],
  before: number,
): Promise<number> {
  if (names.length === 0) return 0;
  const { images } = options.database.tables;
  const hashes = names.map(({ keyHash }) => keyHash);
  const rows = await options.database.query((db) =>
    db
      .select({ keyHash: images.keyHash, version: images.version, updatedAt: images.updatedAt })
      .from(images)
      .where(inArray(images.keyHash, hashes)),
  );
  const kept = new Set(rows.map(({ version }) => version));
  const justReplaced = new Set(
    rows.filter(({ updatedAt }) => updatedAt.getTime() >= before).map(({ keyHash }) => keyHash),
  );
  const doomed = names.filter(({ keyHash, version }) => !kept.has(version) && !justReplaced.has(keyHash));
  for (const { keyHash, version } of doomed) await options.entries.removeVersions(keyHash, [version]);
  return await removeObjectsWithoutRow(options, doomed);
}
