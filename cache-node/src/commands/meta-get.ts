import type { Entry } from '../entry.ts';
import { HeaderInPlace } from '../memory/value.ts';
import { decodeKey } from '../protocol/binary-key.ts';
import { writeLineEnd, writeNumber, writeText } from '../protocol/headers.ts';
import { Flag, MetaFlags } from '../protocol/meta-flags.ts';
import type { RequestLine } from '../protocol/request-line.ts';
import type { Session } from '../session.ts';
import {
  hasLongOpaque,
  OPAQUE_TOO_LONG,
  writeEchoes,
  writeFlag,
  writeKey,
  writeNumberFlag,
  writeOpaque,
  writeTimeToLive,
} from './meta-reply.ts';
import { LONGEST_KEY } from '../protocol/limits.ts';
import { BAD_FORMAT, ERROR } from './replies.ts';

const flags = new MetaFlags();

/** `mg <key> <flags>*`: the entry's value, what is known of it, and who is to store it anew. */
export function metaGet(session: Session, line: RequestLine, now: number): void {
  const { node, reply } = session;
  const { cache } = node;
  if (line.count < 2) return reply.line(ERROR);
  if (line.lengthOf(1) > LONGEST_KEY) return reply.line(BAD_FORMAT);
  const fault = flags.read(line, 2, now);
  if (fault !== undefined) return reply.line(fault);
  const binaryKey = flags.hasBinaryKey ? decodeKey(line.text(1)) : '';
  if (binaryKey === undefined) return reply.line('CLIENT_ERROR error decoding key');
  if (hasLongOpaque(line, 2)) return reply.line(OPAQUE_TOO_LONG);

  const found = flags.hasBinaryKey
    ? cache.find(binaryKey, now)
    : cache.findBytes(line.bytes, line.start(1), line.endOf(1), now);
  if (found && !node.prefixes.isEnabled) {
    count(session, found);
    return answerFound(session, line, found, now);
  }
  const key = flags.hasBinaryKey ? binaryKey : line.text(1);
  if (node.prefixes.isEnabled) node.prefixes.recordGet(key, found !== undefined);
  const entry = found ?? (flags.vivifyExpiresAt === undefined ? undefined : vivify(session, key, now));
  count(session, found);
  if (!entry) {
    if (flags.isQuiet) return;
    const { bytes } = reply;
    const at = writeText(bytes, reply.room(), 'EN');
    return reply.advance(writeLineEnd(bytes, writeEchoes(bytes, at, line, 2, key, flags.hasBinaryKey)));
  }
  if (found) answerFound(session, line, found, now);
  else answer(session, line, entry, true, now);
}

function answerFound(session: Session, line: RequestLine, entry: Entry, now: number): void {
  answer(session, line, entry, false, now);
  if (!flags.leavesUnused) session.node.cache.use(entry, now);
}

/** A stub in place of an entry that isn't there, so that the next to ask sees that somebody is at it. */
function vivify(session: Session, key: string, now: number): Entry | undefined {
  const { cache } = session.node;
  const draft = cache.reserve(key, 0, 0);
  if (!draft) return undefined;
  draft.expiresAt = flags.vivifyExpiresAt ?? 0;
  draft.hasBinaryKey = flags.hasBinaryKey;
  const entry = cache.store(draft, undefined, now, flags.newCas);
  entry.isStub = true;
  return entry;
}

/**
 * A stub holds nothing, so whoever finds or makes one has missed. What is not to be a use is neither hit nor miss: who copies entries
 * between nodes leaves the rates of their readers as they are.
 */
function count(session: Session, found: Entry | undefined): void {
  if (flags.leavesUnused) return;
  const { counters } = session.node;
  if (flags.expiresAt !== undefined) {
    counters.cmd_touch++;
    if (found) counters.touch_hits++;
    else counters.touch_misses++;
  } else {
    counters.cmd_get++;
    if (found && !found.isStub) counters.get_hits++;
    else counters.get_misses++;
  }
}

function answer(session: Session, line: RequestLine, entry: Entry, isNew: boolean, now: number): void {
  const { reply } = session;
  const start = reply.room();
  const { bytes } = reply;
  const { value } = entry;
  const sendsValue = flags.wantsValue && (flags.cas === undefined || flags.cas !== entry.cas);
  let at: number;
  if (sendsValue) at = writeNumber(bytes, writeText(bytes, start, 'VA '), value.length);
  else at = writeText(bytes, start, 'HD');
  for (let index = flags.first; index < line.count; index++)
    at = writeAsked(bytes, at, line, index, entry, now);

  let isWon = isNew;
  if (!entry.isTokenSent && !isNew && flags.recacheBefore !== undefined) {
    isWon = entry.expiresAt !== 0 && entry.expiresAt < flags.recacheBefore;
  }
  if (entry.isTokenSent) at = writeFlag(bytes, at, Flag.Z);
  if (entry.isStale) {
    at = writeFlag(bytes, at, Flag.X);
    if (!entry.isTokenSent) isWon = true;
  }
  if (isWon) {
    at = writeFlag(bytes, at, Flag.W);
    entry.isTokenSent = true;
  }
  at = writeLineEnd(bytes, at);
  if (sendsValue) reply.value(value, at, HeaderInPlace.OTHER, false);
  else reply.advance(at);
}

function writeAsked(
  to: Buffer,
  at: number,
  line: RequestLine,
  index: number,
  entry: Entry,
  now: number,
): number {
  switch (line.initial(index)) {
    case Flag.s:
      return writeNumberFlag(to, at, Flag.s, entry.value.length);
    case Flag.T:
      entry.expiresAt = flags.expiresAt ?? entry.expiresAt;
      return at;
    case Flag.t:
      return writeTimeToLive(to, at, entry.expiresAt, now);
    case Flag.c:
      return writeNumberFlag(to, at, Flag.c, entry.cas);
    case Flag.f:
      return writeNumberFlag(to, at, Flag.f, entry.clientFlags);
    case Flag.l:
      return writeNumberFlag(to, at, Flag.l, Math.max(0, now - entry.usedAt));
    case Flag.h:
      return writeNumberFlag(to, at, Flag.h, entry.wasFetched ? 1 : 0);
    case Flag.O:
      return writeOpaque(to, at, line, index);
    case Flag.k:
      return writeKey(to, at, entry.key, entry.hasBinaryKey);
    default:
      return at;
  }
}
