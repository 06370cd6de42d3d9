import { expiryDate } from '../clock.ts';
import { parseInt32, parseUint32, parseUint64 } from '../protocol/numbers.ts';
import type { RequestLine } from '../protocol/request-line.ts';
import type { Incoming, Session } from '../session.ts';
import { store, type StoreMode, type StoreRequest } from '../store.ts';
import { isTooLarge } from '../item-size.ts';
import { LONGEST_KEY, LONGEST_PAYLOAD } from '../protocol/limits.ts';
import { answerUnlessQuiet } from './answer.ts';
import { BAD_CHUNK, BAD_FORMAT, ERROR, NO_MEMORY, TOO_LARGE } from './replies.ts';

/**
 * `set|add|replace|append|prepend <key> <flags> <exptime> <bytes> [noreply]` and
 * `cas <key> <flags> <exptime> <bytes> <cas> [noreply]`, with the payload on the next line.
 */
export function storage(session: Session, line: RequestLine, now: number, mode: StoreMode): void {
  const words = mode === 'cas' ? 6 : 5;
  if (line.count !== words && line.count !== words + 1) {
    session.reply.line(ERROR);
    return;
  }
  const isQuiet = line.is(line.count - 1, 'noreply');
  const answer = answerUnlessQuiet(session, line);
  const { bytes } = line;
  const clientFlags = parseUint32(bytes, line.start(2), line.endOf(2));
  const exptime = parseInt32(bytes, line.start(3), line.endOf(3));
  const length = parseInt32(bytes, line.start(4), line.endOf(4));
  const cas = mode === 'cas' ? parseUint64(bytes, line.start(5), line.endOf(5)) : 0;
  if (
    line.lengthOf(1) > LONGEST_KEY ||
    clientFlags === undefined ||
    exptime === undefined ||
    length === undefined ||
    cas === undefined ||
    length < 0 ||
    length > LONGEST_PAYLOAD
  ) {
    answer(BAD_FORMAT);
    return;
  }
  const { cache, counters, prefixes, config } = session.node;
  const key = line.text(1);
  if (prefixes.isEnabled) prefixes.recordSet(key);
  const isLarge = isTooLarge(config.itemSizeMax, key, clientFlags, length);
  const draft = isLarge ? undefined : cache.reserve(key, clientFlags, length);
  if (!draft) {
    if (isLarge) counters.store_too_large++;
    else counters.store_no_memory++;
    // What was there is older than what the client wanted.
    const old = mode === 'set' ? cache.find(key, now) : undefined;
    if (old) cache.remove(old);
    answer(isLarge ? TOO_LARGE : NO_MEMORY);
    session.swallow(length + 2);
    return;
  }
  draft.expiresAt = expiryDate(exptime, now);
  const request: StoreRequest = {
    draft,
    mode,
    cas,
    newCas: undefined,
    invalidates: false,
    vivifyExpiresAt: undefined,
  };
  session.receivePayload({ request, finish: isQuiet ? finishQuietly : finish });
}

function finish(session: Session, incoming: Incoming, hasLineEnd: boolean): void {
  session.reply.line(complete(session, incoming, hasLineEnd));
}

function finishQuietly(session: Session, incoming: Incoming, hasLineEnd: boolean): void {
  complete(session, incoming, hasLineEnd);
}

function complete(session: Session, { request }: Incoming, hasLineEnd: boolean): string {
  const { cache, counters, clock } = session.node;
  counters.cmd_set++;
  if (hasLineEnd) return store(cache, counters, request, clock.seconds()).result;
  cache.discard(request.draft);
  return BAD_CHUNK;
}
