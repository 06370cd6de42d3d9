import {
  bigint,
  boolean,
  customType,
  datetime,
  double,
  index,
  mysqlTable,
  uniqueIndex,
} from 'drizzle-orm/mysql-core';
import type { ColumnKit } from './column-kit.ts';
import { makeTables } from './tables.ts';

/**
 * A collation would fold case or ignore trailing spaces; bytes do neither. 200 characters of 4 bytes is the most that a key takes.
 */
const keyColumn = customType<{ data: string; driverData: Buffer }>({
  dataType: () => 'varbinary(800)',
  toDriver: (key) => Buffer.from(key),
  fromDriver: (bytes) => bytes.toString(),
});

const asciiColumn = customType<{ data: string; config: { length: number }; configRequired: true }>({
  dataType: ({ length }) => `varchar(${length}) character set ascii collate ascii_bin`,
});

/** The database's own character set may know fewer characters. */
const wordsColumn = customType<{ data: string; config: { length: number }; configRequired: true }>({
  dataType: ({ length }) => `varchar(${length}) character set utf8mb4 collate utf8mb4_bin`,
});

const proseColumn = customType<{ data: string }>({
  dataType: () => 'mediumtext character set utf8mb4 collate utf8mb4_bin',
});

const labelsColumn = customType<{ data: unknown; driverData: string }>({
  dataType: () => 'mediumtext character set utf8mb4 collate utf8mb4_bin',
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (text) => JSON.parse(text) as unknown,
});

const mysqlKit = {
  table: mysqlTable,
  index,
  uniqueIndex,
  key: (name: string) => keyColumn(name),
  ascii: (name: string, length: number) => asciiColumn(name, { length }),
  words: (name: string, length: number) => wordsColumn(name, { length }),
  prose: (name: string) => proseColumn(name),
  labels: (name: string) => labelsColumn(name),
  count: (name: string) => bigint(name, { mode: 'number' }),
  fraction: (name: string) => double(name),
  flag: (name: string) => boolean(name),
  time: (name: string) => datetime(name, { fsp: 3 }),
};

// drizzle has no types for "either dialect". Columns, select, insert, update and delete behave alike on both, so that SQLite's types
// stand for both; what does differ is in the Database interface.
export const mysqlTables = makeTables(mysqlKit as unknown as ColumnKit);
export const {
  apiMinutes,
  decisions,
  directUploads,
  images,
  imageDeletions,
  leases,
  nodeMinutes,
  nodes,
  pool,
  poolEvents,
  resizes,
  scalingPolicy,
  sessions,
  tokens,
} = mysqlTables;
