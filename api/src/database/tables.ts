import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** SQLite's columns, and the shape that another dialect's columns stand in for. */
export const sqliteKit = {
  table: sqliteTable,
  index,
  uniqueIndex,
  /** An image key: compared and ordered by its bytes in UTF-8, which is the order of code points. */
  key: (name: string) => text(name),
  /** Text of ASCII characters only, compared exactly; `length` is the most that it holds. */
  ascii: (name: string, length: number) => text(name, { length }),
  /** A whole number up to 2^53 - 1. */
  count: (name: string) => integer(name),
  /** A point in time, to the millisecond. */
  time: (name: string) => integer(name, { mode: 'timestamp_ms' }),
};

export type ColumnKit = typeof sqliteKit;
export type Tables = ReturnType<typeof makeTables>;

/** Every table, once for all dialects. */
export function makeTables(kit: ColumnKit) {
  const { table, index, uniqueIndex, key, ascii, count, time } = kit;

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
    ],
  );

  return { images };
}
