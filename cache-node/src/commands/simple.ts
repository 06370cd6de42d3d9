import { expiryDate } from '../clock.ts';
import { addDelta } from '../delta.ts';
import { LONGEST_KEY } from '../protocol/limits.ts';
import { parseInt32, parseUint64 } from '../protocol/numbers.ts';
import type { RequestLine } from '../protocol/request-line.ts';
import type { Session } from '../session.ts';
import { type Answer, answerUnlessQuiet } from './answer.ts';
import { BAD_EXPTIME, BAD_FORMAT, ERROR, NON_NUMERIC } from './replies.ts';

/** `delete <key> [0] [noreply]` */
export function remove(session: Session, line: RequestLine, now: number): void {
  const answer = begin(session, line, 2, 4);
  if (!answer) return;
  const isQuiet = line.is(line.count - 1, 'noreply');
  const hasZero = line.is(2, '0');
  const isValid = line.count === 2 || (line.count === 3 ? hasZero || isQuiet : hasZero && isQuiet);
  if (!isValid) return answer(`${BAD_FORMAT}.  Usage: delete <key> [noreply]`);
  if (line.lengthOf(1) > LONGEST_KEY) return answer(BAD_FORMAT);
  const { cache, counters, prefixes } = session.node;
  const key = line.text(1);
  if (prefixes.isEnabled) prefixes.recordDelete(key);
  const entry = cache.find(key, now);
  if (!entry) {
    counters.delete_misses++;
    return answer('NOT_FOUND');
  }
  counters.delete_hits++;
  cache.remove(entry);
  answer('DELETED');
}

/** `touch <key> <exptime> [noreply]` */
export function touch(session: Session, line: RequestLine, now: number): void {
  const answer = begin(session, line, 3, 4);
  if (!answer) return;
  if (line.lengthOf(1) > LONGEST_KEY) return answer(BAD_FORMAT);
  const exptime = parseInt32(line.bytes, line.start(2), line.endOf(2));
  if (exptime === undefined) return answer(BAD_EXPTIME);
  const { cache, counters } = session.node;
  counters.cmd_touch++;
  const entry = cache.find(line.text(1), now);
  if (!entry) {
    counters.touch_misses++;
    return answer('NOT_FOUND');
  }
  entry.expiresAt = expiryDate(exptime, now);
  cache.use(entry, now);
  counters.touch_hits++;
  answer('TOUCHED');
}

/** `incr|decr <key> <delta> [noreply]` */
export function arithmetic(session: Session, line: RequestLine, now: number, isIncrement: boolean): void {
  const answer = begin(session, line, 3, 4);
  if (!answer) return;
  if (line.lengthOf(1) > LONGEST_KEY) return answer(BAD_FORMAT);
  const delta = parseUint64(line.bytes, line.start(2), line.endOf(2));
  if (delta === undefined) return answer('CLIENT_ERROR invalid numeric delta argument');
  const { cache, counters } = session.node;
  const entry = cache.find(line.text(1), now);
  if (!entry) {
    if (isIncrement) counters.incr_misses++;
    else counters.decr_misses++;
    return answer('NOT_FOUND');
  }
  const outcome = addDelta(cache, counters, entry, isIncrement, delta, now);
  if (outcome === 'NON_NUMERIC') answer(NON_NUMERIC);
  else if (outcome === 'NO_MEMORY') answer('SERVER_ERROR out of memory');
  else answer(outcome.text);
}

/** The way to answer, or `undefined` if the line has not so many words as it must and that has been said. */
function begin(session: Session, line: RequestLine, fewest: number, most: number): Answer | undefined {
  if (line.count < fewest || line.count > most) {
    session.reply.line(ERROR);
    return undefined;
  }
  // The key itself may be `noreply`.
  return line.count > 2 ? answerUnlessQuiet(session, line) : (text) => session.reply.line(text);
}
