import { count, eq, isNull, lt, or } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { ShoalError } from '../errors.ts';
import { KeyTurns } from '../key-turns.ts';
import type { UploadInbox, UploadTarget } from '../objects/upload-inbox.ts';
import type { NewId } from '../ordered-id.ts';
import type { ImageRow } from './image-row.ts';
import type { ImageService } from './image-service.ts';
import { parseKey } from './key.ts';
import { findRow, keyIsTaken } from './publish-row.ts';

/** An upload that has begun. A row of the table `direct_uploads`. */
type DirectUploadRow = Tables['directUploads']['$inferSelect'];

export interface NewDirectUpload {
  readonly key: string;
  readonly sizeBytes: number;
  readonly contentType: string;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly overwrite: boolean;
}

/** How to send the bytes of an upload that has begun. */
export interface DirectUpload extends UploadTarget {
  readonly id: string;
  readonly expiresAt: Date;
}

export interface DirectUploadsOptions {
  readonly database: Database;
  readonly inbox: UploadInbox;
  readonly images: Pick<ImageService, 'upload'>;
  readonly maxUploadBytes: number;
  readonly newId: NewId;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const ADDRESS_MS = 15 * 60_000;
const KEPT_MS = 24 * 60 * 60_000;
/** A completed one is remembered for as long as somebody may ask again whose answer was lost. */
const REMEMBERED_MS = 60 * 60_000;
/** How many may have begun and be neither completed nor swept. */
const MAX_UPLOADS = 20_000;
const COUNTED_EVERY_MS = 10_000;
const TYPES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif']);
/** What another attempt with the same bytes would meet again. */
const FINAL_CODES = new Set(['BAD_USER_INPUT', 'CONFLICT', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE']);

/** Uploads in three steps: one begins, its bytes are sent past the GraphQL API, and what has arrived is checked and stored. */
export class DirectUploads {
  readonly #options: DirectUploadsOptions;
  readonly #turns = new KeyTurns();
  #counted = { at: -Infinity, uploads: 0 };

  constructor(options: DirectUploadsOptions) {
    this.#options = options;
  }

  /** @throws ShoalError BAD_USER_INPUT, CONFLICT, PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, TOO_BUSY, UNAVAILABLE */
  async create(upload: NewDirectUpload): Promise<DirectUpload> {
    const { database, inbox, newId, now } = this.#options;
    const key = parseKey(upload.key);
    this.#check(upload);
    if (!upload.overwrite && (await findRow(database, key))) throw keyIsTaken(key);
    await this.#refuseTooMany();
    const { directUploads } = database.tables;
    const createdAt = new Date(now());
    const row: DirectUploadRow = {
      ...upload,
      sha256: upload.sha256.toLowerCase(),
      key,
      id: newId(),
      createdAt,
      expiresAt: new Date(createdAt.getTime() + ADDRESS_MS),
      completedAt: null,
    };
    const target = await inbox.offer(row);
    await database.query((db) => db.insert(directUploads).values(row));
    return { ...target, id: row.id, expiresAt: row.expiresAt };
  }

  /**
   * Checks what has arrived as any upload is checked, and makes it the image. May be called again when its answer was lost.
   * @throws ShoalError NOT_FOUND, and what `ImageService.upload` throws
   */
  async complete(id: string): Promise<ImageRow> {
    return await this.#turns.run(id, async () => {
      const upload = await this.#find(id);
      if (upload.completedAt !== null) return await this.#findStored(upload);
      const file = await this.#options.inbox.open(id);
      if (file === undefined) {
        throw new ShoalError(
          'BAD_USER_INPUT',
          'The bytes have not arrived whole. Send them to the address that createUpload has given.',
        );
      }
      try {
        const { key, overwrite, sha256 } = upload;
        const image = await this.#options.images.upload({ key, file, overwrite, sha256 });
        await this.#finish(upload);
        return image;
      } catch (error) {
        if (!(error instanceof ShoalError) || !FINAL_CODES.has(error.code)) throw error;
        // It may be this upload that has taken the key: its answer was lost, or another process was asked too.
        if (error.code === 'CONFLICT') {
          const stored = await this.#findStored(upload).catch(() => undefined);
          if (stored !== undefined) return stored;
        }
        await this.#forget(id);
        throw error;
      }
    });
  }

  /** Removes what was begun more than a day ago, and forgets what was completed more than an hour ago. */
  async sweep(): Promise<void> {
    const { database, inbox, now } = this.#options;
    const { directUploads } = database.tables;
    const before = new Date(now() - KEPT_MS);
    const isOver = or(
      lt(directUploads.createdAt, before),
      lt(directUploads.completedAt, new Date(now() - REMEMBERED_MS)),
    );
    await database.query((db) => db.delete(directUploads).where(isOver));
    await inbox.sweep(before);
  }

  #check({ sizeBytes, contentType, sha256 }: NewDirectUpload): void {
    const { maxUploadBytes } = this.#options;
    if (!/^[0-9a-f]{64}$/i.test(sha256)) {
      throw new ShoalError('BAD_USER_INPUT', 'sha256 must be 64 hexadecimal digits.');
    }
    if (sizeBytes < 1) {
      throw new ShoalError('BAD_USER_INPUT', 'The file is empty. Choose a picture with content.');
    }
    if (sizeBytes > maxUploadBytes) {
      throw new ShoalError(
        'PAYLOAD_TOO_LARGE',
        `The file is larger than the limit of ${maxUploadBytes} bytes. Send a smaller one.`,
      );
    }
    if (!TYPES.has(contentType)) {
      throw new ShoalError('UNSUPPORTED_MEDIA_TYPE', 'Send a JPEG, PNG, GIF, WebP or AVIF picture.');
    }
  }

  async #refuseTooMany(): Promise<void> {
    const { database, now } = this.#options;
    const { directUploads } = database.tables;
    if (now() - this.#counted.at > COUNTED_EVERY_MS) {
      const [open] = await database.query((db) =>
        db.select({ uploads: count() }).from(directUploads).where(isNull(directUploads.completedAt)),
      );
      this.#counted = { at: now(), uploads: open?.uploads ?? 0 };
    }
    if (this.#counted.uploads < MAX_UPLOADS) return;
    throw new ShoalError('TOO_BUSY', 'Too many uploads have begun. Send the image with uploadImage.');
  }

  async #find(id: string): Promise<DirectUploadRow> {
    const { database, now } = this.#options;
    const { directUploads } = database.tables;
    const [row] = await database.query((db) =>
      db.select().from(directUploads).where(eq(directUploads.id, id)),
    );
    if (row === undefined || row.createdAt.getTime() < now() - KEPT_MS) {
      throw new ShoalError('NOT_FOUND', 'There is no such upload. Begin again with createUpload.');
    }
    return row;
  }

  async #findStored({ key, sha256 }: DirectUploadRow): Promise<ImageRow> {
    const image = await findRow(this.#options.database, key);
    if (image?.sha256 === sha256) return image;
    throw new ShoalError(
      'NOT_FOUND',
      `This upload was completed, and the image "${key}" has been replaced or deleted since.`,
    );
  }

  /** The image is stored: what fails here is swept. */
  async #finish({ id }: DirectUploadRow): Promise<void> {
    const { database, inbox, now } = this.#options;
    const { directUploads } = database.tables;
    const completedAt = new Date(now());
    await database
      .query((db) => db.update(directUploads).set({ completedAt }).where(eq(directUploads.id, id)))
      .catch(() => undefined);
    await inbox.remove(id).catch(() => undefined);
  }

  async #forget(id: string): Promise<void> {
    const { database, inbox } = this.#options;
    const { directUploads } = database.tables;
    await database
      .query((db) => db.delete(directUploads).where(eq(directUploads.id, id)))
      .catch(() => undefined);
    await inbox.remove(id).catch(() => undefined);
  }
}
