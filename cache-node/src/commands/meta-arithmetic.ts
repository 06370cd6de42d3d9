import { addDelta } from '../delta.ts';
import type { Entry } from '../entry.ts';
import { decodeKey } from '../protocol/binary-key.ts';
import { writeLineEnd, writeNumber, writeText } from '../protocol/headers.ts';
import { Flag, MetaFlags } from '../protocol/meta-flags.ts';
import type { RequestLine } from '../protocol/request-line.ts';
import type { Session } from '../session.ts';
import {
  hasLongOpaque,
  OPAQUE_TOO_LONG,
  writeEchoes,
  writeKey,
  writeNumberFlag,
  writeOpaque,
  writeTimeToLive,
} from './meta-reply.ts';
import { LONGEST_KEY } from '../protocol/limits.ts';
import { BAD_FORMAT, ERROR, NON_NUMERIC } from './replies.ts';

const flags = new MetaFlags();

/** `ma <key> <flags>*`: adds to a number or takes from it. */
export function metaArithmetic(session: Session, line: RequestLine, now: number): void {
  const { reply, node } = session;
  const { cache, counters } = node;
  if (line.count < 2) return reply.line(ERROR);
  if (line.lengthOf(1) > LONGEST_KEY) return reply.line(BAD_FORMAT);
  const fault = flags.read(line, 2, now);
  const key = fault !== undefined ? undefined : flags.hasBinaryKey ? decodeKey(line.text(1)) : line.text(1);
  if (key === undefined) return reply.line('CLIENT_ERROR invalid or duplicate flag');
  const isIncrement = isIncrementMode(flags.mode);
  if (isIncrement === undefined) return reply.line('CLIENT_ERROR invalid mode for ma M token');
  if (hasLongOpaque(line, 2)) return reply.line(OPAQUE_TOO_LONG);

  const entry = cache.find(key, now);
  if (!entry) {
    if (flags.vivifyExpiresAt !== undefined) return vivify(session, line, key, now);
    if (isIncrement) counters.incr_misses++;
    else counters.decr_misses++;
    return answerWithout(session, line, key, 'NF');
  }
  if (entry.value.length === 0) return reply.line(NON_NUMERIC);
  if (flags.cas !== undefined && flags.cas !== 0 && flags.cas !== entry.cas) {
    return answerWithout(session, line, key, 'EX');
  }
  const outcome = addDelta(cache, counters, entry, isIncrement, flags.delta, now, flags.newCas);
  if (outcome === 'NON_NUMERIC') return reply.line(NON_NUMERIC);
  if (outcome === 'NO_MEMORY') return reply.line('SERVER_ERROR out of memory');
  answer(session, line, outcome.entry, outcome.text, false, now);
}

function isIncrementMode(mode: number): boolean | undefined {
  switch (String.fromCharCode(mode)) {
    case '\0':
    case 'I':
    case '+':
      return true;
    case 'D':
    case '-':
      return false;
    default:
      return undefined;
  }
}

function vivify(session: Session, line: RequestLine, key: string, now: number): void {
  const { cache } = session.node;
  const text = String(flags.initial);
  const draft = cache.reserve(key, 0, text.length);
  if (!draft) return session.reply.line('SERVER_ERROR Out of memory allocating new item');
  draft.expiresAt = flags.vivifyExpiresAt ?? 0;
  draft.value.write(0, Buffer.from(text, 'latin1'), 0, text.length);
  answer(session, line, cache.store(draft, undefined, now, flags.newCas), text, true, now);
}

function answer(
  session: Session,
  line: RequestLine,
  entry: Entry,
  text: string,
  isNew: boolean,
  now: number,
): void {
  if (flags.expiresAt !== undefined) entry.expiresAt = flags.expiresAt;
  // A number that is made on a miss is told even to a quiet client.
  if (flags.isQuiet && !isNew) return;
  const { reply } = session;
  const start = reply.room();
  const { bytes } = reply;
  let at: number;
  if (flags.wantsValue) at = writeNumber(bytes, writeText(bytes, start, 'VA '), text.length);
  else at = writeText(bytes, start, 'HD');
  for (let index = 2; index < line.count; index++) {
    const flag = line.initial(index);
    if (flag === Flag.c) at = writeNumberFlag(bytes, at, Flag.c, entry.cas);
    else if (flag === Flag.t) at = writeTimeToLive(bytes, at, entry.expiresAt, now);
    else if (flag === Flag.O) at = writeOpaque(bytes, at, line, index);
    else if (flag === Flag.k) at = writeKey(bytes, at, entry.key, flags.hasBinaryKey);
  }
  at = writeLineEnd(bytes, at);
  if (flags.wantsValue) at = writeLineEnd(bytes, writeText(bytes, at, text));
  reply.advance(at);
}

function answerWithout(session: Session, line: RequestLine, key: string, code: string): void {
  const { reply } = session;
  const start = reply.room();
  const { bytes } = reply;
  const at = writeEchoes(bytes, writeText(bytes, start, code), line, 2, key, flags.hasBinaryKey);
  reply.advance(writeLineEnd(bytes, at));
}
