import { and, asc, desc, gt, gte, inArray, lt } from 'drizzle-orm';
import type { Database, Queries } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { ShoalError } from '../errors.ts';
import type { ImagePosition } from './image-cursor.ts';
import type { ImageRow } from './image-row.ts';
import { parsePrefix } from './key.ts';

/** Which page of the list: at most `first` images behind `after`, which is a key in a list by key and a version in one by newest. */
export interface PageRequest {
  readonly first: number;
  readonly after?: ImagePosition | undefined;
  /** Only keys that begin with this; not with NEWEST. */
  readonly prefix?: string | undefined;
  readonly order: 'KEY' | 'NEWEST';
}

export interface ImagePage {
  readonly images: ImageRow[];
  readonly hasNextPage: boolean;
}

/**
 * Reads one page from an index: the cost depends on the page alone, not on where it lies.
 * @throws ShoalError BAD_USER_INPUT for a request that fits no order
 */
export async function listImages(database: Database, request: PageRequest): Promise<ImagePage> {
  const rows = await database.query((db) => buildPageQuery(db, database.tables, request));
  return { images: rows.slice(0, request.first), hasNextPage: rows.length > request.first };
}

/** The most images that are looked up by their content at once. */
const MAX_SAME = 500;

/** Reads the images of any of these contents, by key: at most 500. */
export async function findBySha256(database: Database, hashes: readonly string[]): Promise<ImageRow[]> {
  const { images } = database.tables;
  return await database.query((db) =>
    db
      .select()
      .from(images)
      .where(inArray(images.sha256, [...hashes]))
      .orderBy(asc(images.key))
      .limit(MAX_SAME),
  );
}

/** Asks for one row more than the page has, which tells whether another page follows. */
export function buildPageQuery(db: Queries, { images }: Tables, request: PageRequest) {
  const isByKey = request.order === 'KEY';
  return selectByIndex(db, images, isByKey ? 'PRIMARY' : 'images_by_version')
    .where(isByKey ? keyRange(images, request) : versionRange(images, request))
    .orderBy(isByKey ? asc(images.key) : desc(images.version))
    .limit(request.first + 1);
}

/** Without the hint, MariaDB sorts a table of ten thousand rows for each page. SQLite's builder ignores it, and needs none. */
function selectByIndex(db: Queries, images: Tables['images'], index: string) {
  // drizzle's types are SQLite's here, and know of no second argument.
  const source = [images, { forceIndex: index }] as unknown as [Tables['images']];
  return db.select().from(...source);
}

function keyRange(images: Tables['images'], { after, prefix: text }: PageRequest) {
  if (after !== undefined && !('key' in after)) throw wrongPosition();
  const prefix = text === undefined ? '' : parsePrefix(text);
  const end = endOfPrefix(prefix);
  // One lower bound: given two, SQLite would begin at the prefix and walk to the position.
  const isBehindPrefix =
    after !== undefined && Buffer.compare(Buffer.from(after.key), Buffer.from(prefix)) >= 0;
  return and(
    isBehindPrefix ? gt(images.key, after.key) : gte(images.key, prefix),
    end === undefined ? undefined : lt(images.key, end),
  );
}

function versionRange(images: Tables['images'], { after, prefix }: PageRequest) {
  if (prefix !== undefined && prefix !== '') {
    throw new ShoalError('BAD_USER_INPUT', 'A prefix needs the order KEY. Leave one of the two out.');
  }
  if (after === undefined) return undefined;
  if (!('version' in after)) throw wrongPosition();
  return lt(images.version, after.version);
}

/** The first text behind all that begin with the prefix, in the order of code points; `undefined` when there is none. */
function endOfPrefix(prefix: string): string | undefined {
  const characters = [...prefix];
  for (let last = characters.pop(); last !== undefined; last = characters.pop()) {
    const point = last.codePointAt(0)!;
    // Surrogates stand between U+D7FF and U+E000, and are no characters.
    if (point < 0x10ffff)
      return characters.join('') + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1);
  }
  return undefined;
}

function wrongPosition(): ShoalError {
  return new ShoalError('BAD_USER_INPUT', 'The argument after is the cursor of a list in another order.');
}
