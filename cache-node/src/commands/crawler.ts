import type { Entry } from '../entry.ts';
import { encodeKey } from '../protocol/binary-key.ts';
import { parseUint32 } from '../protocol/numbers.ts';
import type { RequestLine } from '../protocol/request-line.ts';
import type { Session } from '../session.ts';
import { itemSize, sizeClass } from '../item-size.ts';
import { BAD_FORMAT, ERROR } from './replies.ts';

const LONGEST_SLEEP_US = 1_000_000;
/** What is looked at and listed in one go, so that no other client waits for it. */
const STEPS_AT_ONCE = 5000;
const ENTRIES_AT_ONCE = 500;
const MOST_CACHEDUMP_BYTES = 2 * 1024 * 1024;

/** `lru_crawler crawl|metadump|mgdump <classes>`, `lru_crawler enable|disable`, `lru_crawler sleep|tocrawl <n>` */
export function lruCrawler(session: Session, line: RequestLine): void {
  const { node, reply } = session;
  if (line.count === 2 && (line.is(1, 'enable') || line.is(1, 'disable'))) {
    node.settings.crawlerIsEnabled = line.is(1, 'enable');
    return reply.line('OK');
  }
  if (line.count !== 3) return reply.line(ERROR);
  switch (line.text(1)) {
    case 'crawl':
      if (!node.settings.crawlerIsEnabled) return reply.line('CLIENT_ERROR lru crawler disabled');
      if (!classesOf(line.text(2))) return reply.line('BADCLASS invalid class id');
      node.counters.lru_crawler_starts++;
      node.sweeper.sweepSoon();
      return reply.line('OK');
    case 'metadump':
      return dump(session, line, 'metadump', { describe: metadumpLine, last: 'END' });
    case 'mgdump':
      return dump(session, line, 'mgdump', { describe: mgdumpLine, last: 'EN' });
    case 'tocrawl':
      return reply.line(number(line) === undefined ? BAD_FORMAT : 'OK');
    case 'sleep': {
      const microseconds = number(line);
      if (microseconds === undefined) return reply.line(BAD_FORMAT);
      if (microseconds > LONGEST_SLEEP_US) {
        return reply.line('CLIENT_ERROR sleep must be one second or less');
      }
      return reply.line('OK');
    }
    default:
      return reply.line(ERROR);
  }
}

/** `stats cachedump`: the keys of one class of size, the most valuable first, as far as they fit; a `limit` of 0 is all. */
export function dumpClass(session: Session, number: number, limit: number): void {
  const format = { describe: cacheDumpLine, last: 'END' };
  list(session, new Set([number]), format, limit === 0 ? Infinity : limit, MOST_CACHEDUMP_BYTES);
}

interface Format {
  describe(entry: Entry): string;
  /** The line after the last entry. */
  readonly last: string;
}

function dump(session: Session, line: RequestLine, name: string, format: Format): void {
  const { node, reply } = session;
  if (!node.settings.crawlerIsEnabled) return reply.line('CLIENT_ERROR lru crawler disabled');
  if (!node.config.canDump) return reply.line(`ERROR ${name} not allowed`);
  if (session.hasUnsent) return reply.line(`ERROR cannot pipeline other commands before ${name}`);
  const classes = classesOf(line.text(2));
  if (!classes) return reply.line('BADCLASS invalid class id');
  list(session, classes, format, Infinity, Infinity);
}

/**
 * Lists the entries that are alive, from most to least valuable, until there are `mostEntries` or `mostBytes`. Nothing else is carried
 * out for this client meanwhile, and nothing is looked at while it does not read.
 */
function list(
  session: Session,
  classes: Classes,
  { describe, last }: Format,
  mostEntries: number,
  mostBytes: number,
): void {
  const { node, reply } = session;
  const listing = node.cache.list();
  if (!listing) return reply.line('BUSY currently processing crawler request');
  let entries = 0;
  let bytes = 0;
  const isFull = (): boolean => entries >= mostEntries || bytes >= mostBytes;
  const next = (): boolean => {
    const now = node.clock.seconds();
    const enough = entries + ENTRIES_AT_ONCE;
    for (let steps = 0; steps < STEPS_AT_ONCE && entries < enough && !listing.isOver && !isFull(); steps++) {
      const entry = listing.next();
      if (entry === undefined || node.cache.isDead(entry, now) || !isIn(classes, entry)) continue;
      const text = describe(entry);
      reply.text(text);
      entries++;
      bytes += text.length;
    }
    if (!listing.isOver && !isFull()) return true;
    listing.stop();
    reply.line(last);
    return false;
  };
  session.stream(next, () => listing.stop());
}

function cacheDumpLine({ key, value, expiresAt }: Entry): string {
  return `ITEM ${key} [${value.length} b; ${expiresAt} s]\r\n`;
}

function metadumpLine(entry: Entry): string {
  const size = itemSize(entry.key, entry.clientFlags, entry.value.length);
  const expiry = entry.expiresAt === 0 ? -1 : entry.expiresAt;
  const fetched = entry.wasFetched ? 'yes' : 'no';
  return `key=${escapeKey(entry)} exp=${expiry} la=${entry.usedAt} cas=${entry.cas} fetch=${fetched} cls=${sizeClass(size)} size=${size}\n`;
}

function mgdumpLine(entry: Entry): string {
  return entry.hasBinaryKey ? `mg ${encodeKey(entry.key)} b\r\n` : `mg ${entry.key}\r\n`;
}

/** Percent-encoded, except for what needs no encoding in a URI. */
function escapeKey(entry: Entry): string {
  if (entry.hasBinaryKey) return encodeURIComponent(encodeKey(entry.key));
  return entry.key.replace(
    /[^A-Za-z0-9\-._~]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

type Classes = 'all' | ReadonlySet<number>;

/** `all`, `hash`, or a list of size classes; `undefined` if it is none of these. */
function classesOf(text: string): Classes | undefined {
  if (text === 'all' || text === 'hash') return 'all';
  if (!/^\d+(,\d+)*$/.test(text)) return undefined;
  const classes = text.split(',').map(Number);
  return classes.every((number) => number >= 1 && number <= 63) ? new Set(classes) : undefined;
}

function isIn(classes: Classes, entry: Entry): boolean {
  return (
    classes === 'all' || classes.has(sizeClass(itemSize(entry.key, entry.clientFlags, entry.value.length)))
  );
}

function number(line: RequestLine): number | undefined {
  return parseUint32(line.bytes, line.start(2), line.endOf(2));
}
