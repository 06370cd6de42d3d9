import type { Entry } from '../entry.ts';
import { decodeKey } from '../protocol/binary-key.ts';
import { writeLineEnd, writeText } from '../protocol/headers.ts';
import { MetaFlags } from '../protocol/meta-flags.ts';
import type { RequestLine } from '../protocol/request-line.ts';
import type { Session } from '../session.ts';
import { hasLongOpaque, OPAQUE_TOO_LONG, writeEchoes } from './meta-reply.ts';
import { LONGEST_KEY } from '../protocol/limits.ts';
import { BAD_FORMAT, ERROR } from './replies.ts';

const flags = new MetaFlags();

/** `md <key> <flags>*`: removes the entry, or marks it stale. */
export function metaDelete(session: Session, line: RequestLine, now: number): void {
  const { reply, node } = session;
  const { cache, counters, prefixes } = node;
  if (line.count < 2) return reply.line(ERROR);
  if (line.lengthOf(1) > LONGEST_KEY) return reply.line(BAD_FORMAT);
  const fault = flags.read(line, 2, now);
  const key = fault !== undefined ? undefined : flags.hasBinaryKey ? decodeKey(line.text(1)) : line.text(1);
  if (key === undefined) return reply.line('CLIENT_ERROR invalid or duplicate flag');
  if (hasLongOpaque(line, 2)) return reply.line(OPAQUE_TOO_LONG);
  if (prefixes.isEnabled) prefixes.recordDelete(key);

  let code = 'HD';
  const entry = cache.find(key, now);
  if (!entry) {
    counters.delete_misses++;
    code = 'NF';
  } else if (flags.cas !== undefined && flags.cas !== entry.cas) {
    counters.delete_misses++;
    code = 'EX';
  } else {
    takeAway(session, entry, now);
    if (flags.isQuiet) return;
  }
  const start = reply.room();
  const { bytes } = reply;
  const at = writeEchoes(bytes, writeText(bytes, start, code), line, 2, key, flags.hasBinaryKey);
  reply.advance(writeLineEnd(bytes, at));
}

function takeAway(session: Session, entry: Entry, now: number): void {
  const { cache, counters } = session.node;
  if (!flags.invalidates && !flags.removesValue) {
    counters.delete_hits++;
    cache.remove(entry);
    return;
  }
  const left = flags.removesValue ? withoutValue(session, entry, now) : entry;
  if (!left || !flags.invalidates) return;
  if (flags.expiresAt !== undefined) left.expiresAt = flags.expiresAt;
  left.isStale = true;
  // The next client to ask wins.
  left.isTokenSent = false;
  left.cas = flags.newCas ?? cache.nextCas();
}

/** Replaces the payload by nothing. */
function withoutValue(session: Session, entry: Entry, now: number): Entry | undefined {
  const { cache } = session.node;
  const { key, expiresAt, hasBinaryKey } = entry;
  const draft = cache.reserve(key, 0, 0);
  if (!draft) {
    cache.remove(entry);
    return undefined;
  }
  draft.expiresAt = expiresAt;
  draft.hasBinaryKey = hasBinaryKey;
  return cache.store(draft, cache.find(key, now), now, flags.newCas);
}
