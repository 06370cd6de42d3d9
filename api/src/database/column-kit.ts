import { index, integer, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** SQLite's columns, and the shape that another dialect's columns stand in for. */
export const sqliteKit = {
  table: sqliteTable,
  index,
  uniqueIndex,
  /** An image key: compared and ordered by its bytes in UTF-8, which is the order of code points. */
  key: (name: string) => text(name),
  /** Text of ASCII characters only, compared exactly; `length` is the most that it holds. */
  ascii: (name: string, length: number) => text(name, { length }),
  /** Text of any characters, compared exactly; `length` is the most that it holds. */
  words: (name: string, length: number) => text(name, { length }),
  /** Text of any characters and any length, not to be compared. */
  prose: (name: string) => text(name),
  /** Lists of labels, or lists of such lists. */
  labels: <T extends readonly string[] | readonly (readonly string[])[]>(name: string) =>
    text(name, { mode: 'json' }).$type<T>(),
  /** A whole number up to 2^53 - 1. */
  count: (name: string) => integer(name),
  fraction: (name: string) => real(name),
  flag: (name: string) => integer(name, { mode: 'boolean' }),
  /** A point in time, to the millisecond. */
  time: (name: string) => integer(name, { mode: 'timestamp_ms' }),
};

export type ColumnKit = typeof sqliteKit;
