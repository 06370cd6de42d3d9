import type { ColumnKit } from './column-kit.ts';

/** The images, the deletions of all of them, and uploads that have begun. */
export function makeImageTables({ table, index, uniqueIndex, key, ascii, count, flag, time }: ColumnKit) {
  const images = table(
    'images',
    {
      key: key('image_key').primaryKey(),
      keyHash: ascii('key_hash', 32).notNull(),
      version: ascii('version', 36).notNull(),
      contentType: ascii('content_type', 32).notNull(),
      sizeBytes: count('size_bytes').notNull(),
      width: count('width').notNull(),
      height: count('height').notNull(),
      sha256: ascii('sha256', 64).notNull(),
      thumbHash: ascii('thumb_hash', 48).notNull(),
      createdAt: time('created_at').notNull(),
      updatedAt: time('updated_at').notNull(),
    },
    (columns) => [
      index('images_by_key_hash').on(columns.keyHash),
      uniqueIndex('images_by_version').on(columns.version),
      index('images_by_sha256').on(columns.sha256),
    ],
  );

  /** `lastVersion` is greater than that of every image to be deleted, and smaller than that of every other. */
  const imageDeletions = table('image_deletions', {
    id: ascii('id', 36).primaryKey(),
    lastVersion: ascii('last_version', 36).notNull(),
    state: ascii('state', 16).$type<'RUNNING' | 'DONE'>().notNull(),
    requestedAt: time('requested_at').notNull(),
    finishedAt: time('finished_at'),
    imagesTotal: count('images_total').notNull(),
    imagesDeleted: count('images_deleted').notNull(),
    objectsRemoved: count('objects_removed').notNull(),
  });

  /** Uploads whose bytes are sent by a request of their own, until a day after they were begun. */
  const directUploads = table(
    'direct_uploads',
    {
      id: ascii('id', 36).primaryKey(),
      key: key('image_key').notNull(),
      sizeBytes: count('size_bytes').notNull(),
      contentType: ascii('content_type', 32).notNull(),
      sha256: ascii('sha256', 64).notNull(),
      overwrite: flag('overwrite').notNull(),
      createdAt: time('created_at').notNull(),
      expiresAt: time('expires_at').notNull(),
      completedAt: time('completed_at'),
    },
    (columns) => [index('direct_uploads_by_time').on(columns.createdAt)],
  );

  return { images, imageDeletions, directUploads };
}
