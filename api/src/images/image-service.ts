import type { Readable } from 'node:stream';
import type { Database } from '../database/database.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { Staging } from '../objects/staging.ts';
import type { ImageChange, ImageChangeListener } from './image-changes.ts';
import type { ImageRow } from './image-row.ts';
import type { ImagePage, PageRequest } from './list-images.ts';

export type { ImageChange, ImageRow };

/** What the pool does for deletions. A node that can't be reached is not the caller's failure: neither call rejects for it. */
export interface EntryRemover {
  /** Removes the entries of these versions and of all their variants from every node. */
  removeVersions(keyHash: string, versions: readonly string[]): Promise<void>;
  /** Empties every node. */
  clear(): Promise<void>;
}

export interface UploadRequest {
  readonly key: string;
  readonly file: Readable;
  readonly overwrite: boolean;
  readonly signal?: AbortSignal;
}

export interface ImageServiceOptions {
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly staging: Staging;
  readonly entries: EntryRemover;
  readonly maxUploadBytes: number;
  readonly maxPixels: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The images: keys, their newest versions, and what happens to them. Keys come in as the user wrote them. */
export class ImageService {
  constructor(_options: ImageServiceOptions) {}

  /**
   * Stores a picture under a key: object, row, answer. Whatever fails or is aborted, nothing of it stays.
   * @throws ShoalError BAD_USER_INPUT, CONFLICT, PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, TOO_BUSY, UNAVAILABLE
   */
  async upload(_request: UploadRequest): Promise<ImageRow> {
    throw new Error('Not built yet.');
  }

  async find(_key: string): Promise<ImageRow | undefined> {
    throw new Error('Not built yet.');
  }

  async list(_request: PageRequest): Promise<ImagePage> {
    throw new Error('Not built yet.');
  }

  /** Removes the image and all its versions. Returns what it was, `undefined` where there was none. */
  async delete(_key: string): Promise<ImageRow | undefined> {
    throw new Error('Not built yet.');
  }

  /** Removes every image uploaded before the call; returns how many there were. */
  async deleteAll(): Promise<number> {
    throw new Error('Not built yet.');
  }

  /** Calls the listener after each change made by this process; returns the way to stop. */
  onChange(_listener: ImageChangeListener): () => void {
    throw new Error('Not built yet.');
  }
}
