import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Database } from '../src/database/database.ts';
import { inspectImage } from '../src/images/decoding/inspect-image.ts';
import { type EntryRemover, type ImageChange, ImageService } from '../src/images/image-service.ts';
import { openFilesystemStore } from '../src/objects/filesystem.ts';
import type { ObjectStore } from '../src/objects/object-store.ts';
import { openStaging, type Staging } from '../src/objects/staging.ts';

/** An ImageService on real folders and a real database; a list of calls stands for the pool. */
export interface TestImageStore {
  readonly images: ImageService;
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly staging: Staging;
  readonly folder: string;
  readonly changes: ImageChange[];
  /** What was removed from the nodes, in order. */
  readonly removals: string[];
  readonly entries: EntryRemover;
  /** Paths of all files of uploads and objects. */
  files(): Promise<string[]>;
  upload(key: string, file: Readable | Buffer, overwrite?: boolean): ReturnType<ImageService['upload']>;
}

export async function makeImageStore(
  database: Database,
  options: {
    maxUploadBytes?: number;
    now?: () => number;
    /** Puts something between the service and the store. */
    wrap?: (store: ObjectStore) => ObjectStore;
  } = {},
): Promise<TestImageStore> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-images-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const store = await openFilesystemStore({ folder: join(folder, 'objects') });
  const objects = options.wrap?.(store) ?? store;
  const staging = await openStaging({ folder: join(folder, 'staging') });
  const changes: ImageChange[] = [];
  const removals: string[] = [];
  const entries: EntryRemover = {
    removeVersions: async (keyHash, versions) => {
      for (const version of versions) removals.push(`${keyHash}:${version}`);
    },
    clear: async () => void removals.push('everything'),
  };
  const images = new ImageService({
    database,
    objects,
    staging,
    entries,
    decoder: { inspect: inspectImage },
    maxUploadBytes: options.maxUploadBytes ?? 32 * 2 ** 20,
    maxPixels: 100_000_000,
    now: options.now ?? Date.now,
  });
  images.onChange((change) => changes.push(change));
  return {
    images,
    database,
    objects,
    staging,
    folder,
    changes,
    removals,
    entries,
    files: () => filesBelow(folder),
    upload: (key, file, overwrite = false) =>
      images.upload({ key, file: Buffer.isBuffer(file) ? Readable.from([file]) : file, overwrite }),
  };
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
