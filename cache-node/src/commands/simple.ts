import { expiryDate } from '../clock.ts';
import { addDelta } from '../delta.ts';
import { parseInt32, parseUint64 } from '../protocol/numbers.ts';
import type { RequestLine } from '../protocol/request-line.ts';
import type { Session } from '../session.ts';
import { LONGEST_KEY } from '../protocol/limits.ts';
import { BAD_EXPTIME, BAD_FORMAT, ERROR, NON_NUMERIC } from './replies.ts';

/** `delete <key> [0] [noreply]` */
export function remove(session: Session, line: RequestLine, now: number): void {
  const { reply, node } = session;
  if (line.count < 2 || line.count > 4) {
    reply.line(ERROR);
    return;
  }
  const isQuiet = line.count > 2 && line.is(line.count - 1, 'noreply');
  const answer = (text: string) => {
    if (!isQuiet) reply.line(text);
  };
  const hasZero = line.is(2, '0');
  const isValid = line.count === 2 || (line.count === 3 ? hasZero || isQuiet : hasZero && isQuiet);
  if (!isValid) {
    answer(`${BAD_FORMAT}.  Usage: delete <key> [noreply]`);
    return;
  }
  if (line.lengthOf(1) > LONGEST_KEY) {
    answer(BAD_FORMAT);
    return;
  }
  const key = line.text(1);
  if (node.prefixes.isEnabled) node.prefixes.recordDelete(key);
  const entry = node.cache.find(key, now);
  if (entry) {
    node.counters.delete_hits++;
    node.cache.remove(entry);
    answer('DELETED');
  } else {
    node.counters.delete_misses++;
    answer('NOT_FOUND');
  }
}

/** `touch <key> <exptime> [noreply]` */
export function touch(session: Session, line: RequestLine, now: number): void {
  const { reply, node } = session;
  if (line.count !== 3 && line.count !== 4) {
    reply.line(ERROR);
    return;
  }
  const isQuiet = line.is(line.count - 1, 'noreply');
  const answer = (text: string) => {
    if (!isQuiet) reply.line(text);
  };
  if (line.lengthOf(1) > LONGEST_KEY) {
    answer(BAD_FORMAT);
    return;
  }
  const exptime = parseInt32(line.bytes, line.start(2), line.endOf(2));
  if (exptime === undefined) {
    answer(BAD_EXPTIME);
    return;
  }
  node.counters.cmd_touch++;
  const entry = node.cache.find(line.text(1), now);
  if (entry) {
    entry.expiresAt = expiryDate(exptime, now);
    node.cache.use(entry, now);
    node.counters.touch_hits++;
    answer('TOUCHED');
  } else {
    node.counters.touch_misses++;
    answer('NOT_FOUND');
  }
}

/** `incr|decr <key> <delta> [noreply]` */
export function arithmetic(session: Session, line: RequestLine, now: number, isIncrement: boolean): void {
  const { reply, node } = session;
  if (line.count !== 3 && line.count !== 4) {
    reply.line(ERROR);
    return;
  }
  const isQuiet = line.is(line.count - 1, 'noreply');
  const answer = (text: string) => {
    if (!isQuiet) reply.line(text);
  };
  if (line.lengthOf(1) > LONGEST_KEY) {
    answer(BAD_FORMAT);
    return;
  }
  const delta = parseUint64(line.bytes, line.start(2), line.endOf(2));
  if (delta === undefined) {
    answer('CLIENT_ERROR invalid numeric delta argument');
    return;
  }
  const { cache, counters } = node;
  const entry = cache.find(line.text(1), now);
  if (!entry) {
    if (isIncrement) counters.incr_misses++;
    else counters.decr_misses++;
    answer('NOT_FOUND');
    return;
  }
  const outcome = addDelta(cache, counters, entry, isIncrement, delta, now);
  if (outcome === 'NON_NUMERIC') answer(NON_NUMERIC);
  else if (outcome === 'NO_MEMORY') answer('SERVER_ERROR out of memory');
  else answer(outcome.text);
}
