import { expiryDate } from '../clock.ts';
import { HeaderInPlace } from '../memory/value.ts';
import { writeTextHeader } from '../protocol/headers.ts';
import { parseInt32 } from '../protocol/numbers.ts';
import type { RequestLine } from '../protocol/request-line.ts';
import type { Session } from '../session.ts';
import { LONGEST_KEY } from '../protocol/limits.ts';
import { BAD_FORMAT, ERROR } from './replies.ts';

/** A `get` whose keys do not fit the words that are kept of a line: they are answered as they are read. */
export interface KeyList {
  readonly withCas: boolean;
  /** The new expiry date, for `gat` and `gats`. */
  readonly expiresAt: number | undefined;
  isComplete: boolean;
}

/** `get|gets <key>+` */
export function get(session: Session, line: RequestLine, now: number, withCas: boolean): void {
  if (line.count < 2) session.reply.line(ERROR);
  else answerKeys(session, line, now, 1, withCas, undefined);
}

/** `gat|gats <exptime> <key>+` */
export function getAndTouch(session: Session, line: RequestLine, now: number, withCas: boolean): void {
  if (line.count < 2) {
    session.reply.line(ERROR);
    return;
  }
  const exptime = parseInt32(line.bytes, line.start(1), line.endOf(1));
  if (exptime === undefined) session.reply.line('CLIENT_ERROR invalid exptime argument');
  else answerKeys(session, line, now, 2, withCas, expiryDate(exptime, now));
}

/** Answers the keys of `bytes[at, end)`. Returns how far it came, or -1 if the next key has not arrived whole. */
export function continueGet(session: Session, keys: KeyList, bytes: Buffer, at: number, end: number): number {
  let from = at;
  while (bytes[from] === SPACE && from < end) from++;
  if (from === end) return end;
  let to = from;
  while (to < end && bytes[to] !== SPACE && bytes[to] !== NEWLINE) to++;
  if (to - from > LONGEST_KEY + 1) {
    session.reply.line(BAD_FORMAT);
    session.close();
    return end;
  }
  if (to === end) return from > at ? from : -1;
  const isLast = bytes[to] === NEWLINE;
  const keyEnd = isLast && bytes[to - 1] === RETURN ? to - 1 : to;
  if (keyEnd > from)
    answerKey(session, bytes, from, keyEnd, keys.withCas, keys.expiresAt, session.now, false);
  if (isLast) {
    keys.isComplete = true;
    session.reply.line(END);
  }
  return to + 1;
}

const END = 'END';
const SPACE = 32;
const NEWLINE = 10;
const RETURN = 13;

function answerKeys(
  session: Session,
  line: RequestLine,
  now: number,
  first: number,
  withCas: boolean,
  expiresAt: number | undefined,
): void {
  const { count, bytes } = line;
  if (hasLongKey(line, first)) {
    session.reply.line(BAD_FORMAT);
    return;
  }
  const last = line.rest === undefined ? count - 1 : count;
  let isEnded = false;
  for (let index = first; index < count; index++) {
    isEnded = answerKey(
      session,
      bytes,
      line.start(index),
      line.endOf(index),
      withCas,
      expiresAt,
      now,
      index === last,
    );
  }
  if (line.rest !== undefined) session.receiveKeys({ withCas, expiresAt, isComplete: false });
  else if (!isEnded) session.reply.line(END);
}

/** Sends the value if there is one. Returns whether the reply's last line went with it. */
function answerKey(
  session: Session,
  bytes: Buffer,
  start: number,
  end: number,
  withCas: boolean,
  expiresAt: number | undefined,
  now: number,
  isLast: boolean,
): boolean {
  const { node, reply } = session;
  const { cache, counters } = node;
  const entry = cache.findBytes(bytes, start, end, now);
  if (node.prefixes.isEnabled)
    node.prefixes.recordGet(bytes.toString('latin1', start, end), entry !== undefined);
  if (expiresAt === undefined) counters.cmd_get++;
  else counters.cmd_touch++;
  if (entry === undefined) {
    if (expiresAt === undefined) counters.get_misses++;
    else counters.touch_misses++;
    return false;
  }
  if (expiresAt === undefined) {
    counters.get_hits++;
  } else {
    counters.touch_hits++;
    entry.expiresAt = expiresAt;
  }
  cache.use(entry, now);
  const { value } = entry;
  if (!withCas && value.header === HeaderInPlace.TEXT) {
    reply.readyValue(value, isLast);
  } else {
    const at = reply.room();
    const cas = withCas ? entry.cas : undefined;
    const headerEnd = writeTextHeader(reply.bytes, at, entry.key, entry.clientFlags, value.length, cas);
    reply.value(value, headerEnd, withCas ? HeaderInPlace.OTHER : HeaderInPlace.TEXT, isLast);
  }
  return isLast;
}

/** memcached answers nothing but the error when one of the keys is too long. */
function hasLongKey(line: RequestLine, first: number): boolean {
  for (let index = first; index < line.count; index++) {
    if (line.lengthOf(index) > LONGEST_KEY) return true;
  }
  if (line.rest === undefined) return false;
  let start = line.rest;
  for (let at = line.rest; at <= line.end; at++) {
    if (at < line.end && line.bytes[at] !== SPACE) continue;
    if (at - start > LONGEST_KEY) return true;
    start = at + 1;
  }
  return false;
}
