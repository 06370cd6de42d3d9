import { decodeKey } from '../protocol/binary-key.ts';
import { writeLineEnd, writeText } from '../protocol/headers.ts';
import { Flag, MetaFlags } from '../protocol/meta-flags.ts';
import { parseInt32 } from '../protocol/numbers.ts';
import type { RequestLine } from '../protocol/request-line.ts';
import type { Incoming, Session } from '../session.ts';
import { store, type StoreMode, type StoreRequest, type StoreResult } from '../store.ts';
import { isTooLarge } from '../item-size.ts';
import { hasLongOpaque, OPAQUE_TOO_LONG, writeKey, writeNumberFlag } from './meta-reply.ts';
import { LONGEST_KEY, LONGEST_PAYLOAD } from '../protocol/limits.ts';
import { BAD_CHUNK, BAD_FORMAT, ERROR, NO_MEMORY, TOO_LARGE } from './replies.ts';

const flags = new MetaFlags();

/** `ms <key> <bytes> <flags>*`, with the payload on the next line. */
export function metaSet(session: Session, line: RequestLine, now: number): void {
  const { reply } = session;
  if (line.count < 2) return reply.line(ERROR);
  if (line.lengthOf(1) > LONGEST_KEY || line.count < 3) return reply.line(BAD_FORMAT);
  const length = parseInt32(line.bytes, line.start(2), line.endOf(2));
  if (length === undefined || length < 0 || length > LONGEST_PAYLOAD) return reply.line(BAD_FORMAT);

  const request = prepare(session, line, now, length);
  if (typeof request === 'string') {
    reply.line(request);
    session.swallow(length + 2);
    return;
  }
  const incoming: MetaIncoming = { request, finish, isQuiet: flags.isQuiet, wanted: wanted(line) };
  session.receivePayload(incoming);
}

interface MetaIncoming extends Incoming {
  readonly isQuiet: boolean;
  /** The flags to send back, in the order they were asked for: letters, and opaques whole. */
  readonly wanted: readonly string[];
}

/** Returns the error to send if this cannot be stored. */
function prepare(session: Session, line: RequestLine, now: number, length: number): StoreRequest | string {
  const { cache, counters, config } = session.node;
  const fault = flags.read(line, 3, now);
  if (fault !== undefined) return fault;
  const key = flags.hasBinaryKey ? decodeKey(line.text(1)) : line.text(1);
  if (key === undefined) return 'CLIENT_ERROR error decoding key';
  const mode = modeOf(flags);
  if (!mode) return 'CLIENT_ERROR invalid mode for ms M token';
  if (hasLongOpaque(line, 3)) return OPAQUE_TOO_LONG;
  const isLarge = isTooLarge(config.itemSizeMax, key, flags.clientFlags, length);
  const draft = isLarge ? undefined : cache.reserve(key, flags.clientFlags, length);
  if (!draft) {
    if (isLarge) counters.store_too_large++;
    else counters.store_no_memory++;
    const old = cache.find(key, now);
    if (old) cache.remove(old);
    return isLarge ? TOO_LARGE : NO_MEMORY;
  }
  draft.expiresAt = flags.expiresAt ?? 0;
  draft.hasBinaryKey = flags.hasBinaryKey;
  return {
    draft,
    mode,
    cas: flags.cas ?? 0,
    newCas: flags.newCas,
    invalidates: flags.invalidates && mode === 'cas',
    vivifyExpiresAt: flags.vivifyExpiresAt,
  };
}

const MODES: Readonly<Record<string, StoreMode>> = {
  '\0': 'set',
  S: 'set',
  E: 'add',
  A: 'append',
  P: 'prepend',
  R: 'replace',
};

/** With a CAS to compare, setting and replacing are `cas`. */
function modeOf({ mode, cas }: MetaFlags): StoreMode | undefined {
  const named = MODES[String.fromCharCode(mode)];
  return cas !== undefined && (named === 'set' || named === 'replace') ? 'cas' : named;
}

const NOTHING: readonly string[] = [];

function wanted(line: RequestLine): readonly string[] {
  let list: string[] | undefined;
  for (let index = 3; index < line.count; index++) {
    const flag = line.initial(index);
    if (flag === Flag.O || flag === Flag.k || flag === Flag.c || flag === Flag.s)
      (list ??= []).push(line.text(index));
  }
  return list ?? NOTHING;
}

const CODES: Readonly<Record<StoreResult, string>> = {
  STORED: 'HD',
  NOT_STORED: 'NS',
  EXISTS: 'EX',
  NOT_FOUND: 'NF',
};

function finish(session: Session, incoming: Incoming, hasLineEnd: boolean): void {
  const { request, isQuiet, wanted } = incoming as MetaIncoming;
  const { cache, counters, clock } = session.node;
  const { reply } = session;
  counters.cmd_set++;
  if (!hasLineEnd) {
    cache.discard(request.draft);
    reply.line(BAD_CHUNK);
    return;
  }
  const { key, hasBinaryKey, value } = request.draft;
  const { result, entry } = store(cache, counters, request, clock.seconds());
  if (isQuiet && result === 'STORED') return;
  const start = reply.room();
  const { bytes } = reply;
  let at = writeText(bytes, start, CODES[result]);
  for (const flag of wanted) {
    const letter = flag.charCodeAt(0);
    if (letter === Flag.O) at = writeText(bytes, at, ` ${flag}`);
    else if (letter === Flag.k) at = writeKey(bytes, at, key, hasBinaryKey);
    else if (letter === Flag.c) at = writeNumberFlag(bytes, at, Flag.c, entry?.cas ?? 0);
    else at = writeNumberFlag(bytes, at, Flag.s, (entry?.value ?? value).length);
  }
  reply.advance(writeLineEnd(bytes, at));
}
