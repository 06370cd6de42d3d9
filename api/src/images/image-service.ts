import type { Readable } from 'node:stream';
import { ConnectionLost, type Database } from '../database/database.ts';
import { ShoalError } from '../errors.ts';
import { KeyTurns } from '../key-turns.ts';
import type { ObjectName, ObjectStore } from '../objects/object-store.ts';
import type { StagedBytes, Staging } from '../objects/staging.ts';
import { makeNewId, type NewId } from '../ordered-id.ts';
import type { Picture, PictureDecoder } from './decoding/picture-decoder.ts';
import { DeletionOfAll } from './deletion-of-all.ts';
import { type DeletionRow, findLatestDeletion } from './deletion-row.ts';
import type { ImageChange, ImageChangeListener } from './image-changes.ts';
import type { ImageRow } from './image-row.ts';
import { hashKey, parseKey } from './key.ts';
import { findBySha256, type ImagePage, listImages, type PageRequest } from './list-images.ts';
import { findRow, keyIsTaken, publishRow, removeRow } from './publish-row.ts';
import { REMOVAL_BATCH, removeObjectsWithoutRow } from './remove-objects.ts';

export type { ImageChange, ImageRow };

/**
 * What the pool and the readers do for deletions. A node that can't be reached is not the caller's failure: neither call rejects for
 * it. Afterwards nothing is read from nodes, or from reads of objects that have begun before.
 */
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
  readonly signal?: AbortSignal | undefined;
  /** What the file must have, where it was announced; hexadecimal. */
  readonly sha256?: string | undefined;
}

export interface ImageServiceOptions {
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly staging: Staging;
  readonly entries: EntryRemover;
  readonly decoder: Pick<PictureDecoder, 'inspect'>;
  readonly maxUploadBytes: number;
  /** The most pixels of a picture, those of all frames together. */
  readonly maxPixels: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The images: keys, their newest versions, and what happens to them. Keys come in as the user wrote them. */
export class ImageService {
  readonly #options: ImageServiceOptions;
  readonly #newVersion: NewId;
  readonly #deletionOfAll: DeletionOfAll;
  /** So that the changes of a key are announced in the order in which they were made. */
  readonly #turns = new KeyTurns();
  readonly #listeners = new Set<ImageChangeListener>();

  constructor(options: ImageServiceOptions) {
    this.#options = options;
    this.#newVersion = makeNewId(options.now);
    this.#deletionOfAll = new DeletionOfAll({
      ...options,
      newId: this.#newVersion,
      onRowsRemoved: () => this.#announce({ kind: 'ALL_DELETED' }),
    });
  }

  /**
   * Stores a picture under a key: object, row, answer. Whatever fails or is aborted before the row is written, nothing stays. The
   * file is read to its end or destroyed.
   * @throws ShoalError BAD_USER_INPUT, CONFLICT, PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, TOO_BUSY, UNAVAILABLE
   */
  async upload({ key: text, file, overwrite, signal, sha256 }: UploadRequest): Promise<ImageRow> {
    const { database, staging, decoder, maxUploadBytes, maxPixels } = this.#options;
    // The file may break off before anybody reads it.
    file.on('error', () => undefined);
    try {
      const key = parseKey(text);
      if (!overwrite && (await findRow(database, key))) throw keyIsTaken(key);
      const staged = await staging.stage(file, { maxBytes: maxUploadBytes, signal });
      try {
        if (sha256 !== undefined && staged.sha256 !== sha256) throw isAnother();
        const picture = await decoder.inspect(staged.path, { maxPixels, signal });
        return await this.#turns.run(key, async () => {
          if (signal?.aborted) throw new ShoalError('BAD_USER_INPUT', 'The upload was aborted.');
          return await this.#store(key, staged, picture, overwrite);
        });
      } finally {
        await staging.discard(staged);
      }
    } finally {
      file.destroy();
    }
  }

  async find(key: string): Promise<ImageRow | undefined> {
    return await findRow(this.#options.database, parseKey(key));
  }

  /** @throws ShoalError BAD_USER_INPUT for a position or prefix that does not fit the order */
  async list(request: PageRequest): Promise<ImagePage> {
    return await listImages(this.#options.database, request);
  }

  /** The images that have one of these contents, by key: at most 500. */
  async findBySha256(hashes: readonly string[]): Promise<ImageRow[]> {
    return await findBySha256(this.#options.database, hashes);
  }

  /**
   * Removes the image and all its versions. Returns what it was, `undefined` where there was none.
   * @throws ShoalError UNAVAILABLE; when the row is gone but its objects can't be reached, they are swept within a day or so
   */
  async delete(text: string): Promise<ImageRow | undefined> {
    const key = parseKey(text);
    const image = await this.#turns.run(key, () => this.#removeImage(key));
    if (image === undefined) return undefined;
    const { keyHash } = image;
    const versions = await this.#versionsUpTo(image);
    await this.#options.entries.removeVersions(keyHash, versions);
    for (const batch of batches(versions)) {
      await removeObjectsWithoutRow(
        this.#options,
        batch.map((version) => ({ keyHash, version })),
      );
    }
    // A read between the two removals has found the object and put its bytes back into a node.
    await this.#options.entries.removeVersions(keyHash, versions);
    return image;
  }

  /**
   * Removes every image uploaded before the call; returns how many there were.
   * @throws ShoalError UNAVAILABLE; what is left is removed later
   */
  async deleteAll(): Promise<number> {
    return await this.#deletionOfAll.run();
  }

  /** The latest deletion of all images. Undefined if there never was one. */
  async latestDeletionOfAll(): Promise<DeletionRow | undefined> {
    return await findLatestDeletion(this.#options.database);
  }

  /** Goes on with deletions of all images that a crash or a failure has left half done. Returns the way to stop. */
  resumeDeletion(onError: (error: unknown) => void): () => Promise<void> {
    return this.#deletionOfAll.resume(onError);
  }

  /** Calls the listener, which must not throw, after each change made by this process; returns the way to stop. */
  onChange(listener: ImageChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #store(key: string, staged: StagedBytes, picture: Picture, overwrite: boolean): Promise<ImageRow> {
    const { database, objects, now } = this.#options;
    const before = await findRow(database, key);
    if (before !== undefined && !overwrite) throw keyIsTaken(key);
    const name = { keyHash: hashKey(key), version: this.#newVersion(before?.version) };
    const { sizeBytes, sha256 } = staged;
    const at = new Date(now());
    await objects.put(name, { ...staged, contentType: picture.contentType });
    const row = { key, ...name, ...picture, sizeBytes, sha256, createdAt: at, updatedAt: at };
    const { outcome, image } = await this.#publish(row, overwrite);
    if (outcome !== 'SUPERSEDED') this.#announce({ kind: outcome, key, image });
    return image;
  }

  async #publish(row: ImageRow, overwrite: boolean) {
    const { database } = this.#options;
    let publication;
    try {
      publication = await publishRow(database, row, overwrite);
    } catch (error) {
      // After a lost connection the row may still come: the object must wait for the sweeper.
      if (!(error instanceof ConnectionLost)) {
        await removeObjectsWithoutRow(this.#options, [row]).catch(() => undefined);
      }
      throw error;
    }
    if (publication.outcome !== 'SUPERSEDED' && (await this.#isObjectGone(row))) {
      await removeRow(database, row);
      throw new ShoalError(
        'CONFLICT',
        `The key "${row.key}" was deleted while it was being uploaded. Upload it again.`,
      );
    }
    return publication;
  }

  /** Only a definite answer counts: the store has acknowledged the object before. See `removeObjectsWithoutRow`. */
  async #isObjectGone({ keyHash, version }: ObjectName): Promise<boolean> {
    const versions = await this.#options.objects.versions(keyHash).catch(() => undefined);
    return versions !== undefined && !versions.includes(version);
  }

  async #removeImage(key: string): Promise<ImageRow | undefined> {
    for (;;) {
      const image = await findRow(this.#options.database, key);
      if (image === undefined) return undefined;
      if (await removeRow(this.#options.database, image)) {
        this.#announce({ kind: 'DELETED', key });
        return image;
      }
    }
  }

  /** A greater version belongs to an upload that is about to write its row. */
  async #versionsUpTo({ keyHash, version }: ImageRow): Promise<string[]> {
    const stored = await this.#options.objects.versions(keyHash).catch(() => []);
    return [version, ...stored.filter((other) => other < version)];
  }

  #announce(change: ImageChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

function isAnother(): ShoalError {
  return new ShoalError('BAD_USER_INPUT', 'The file has not the SHA-256 that was announced. Send it again.');
}

function* batches<T>(items: readonly T[]): Generator<T[]> {
  for (let at = 0; at < items.length; at += REMOVAL_BATCH) yield items.slice(at, at + REMOVAL_BATCH);
}
