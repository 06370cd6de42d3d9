import { decodeKey, encodeKey } from '../protocol/binary-key.ts';
import type { RequestLine } from '../protocol/request-line.ts';
import type { Session } from '../session.ts';
import { itemSize, sizeClass } from '../item-size.ts';
import { LONGEST_KEY } from '../protocol/limits.ts';
import { BAD_FORMAT } from './replies.ts';

/** `me <key> [b]`: what is known of an entry, to be read by people. */
export function metaDebug(session: Session, line: RequestLine, now: number): void {
  const { reply, node } = session;
  if (line.count < 2 || line.lengthOf(1) > LONGEST_KEY) return reply.line(BAD_FORMAT);
  const key = line.is(2, 'b') ? decodeKey(line.text(1)) : line.text(1);
  if (key === undefined) return reply.line(BAD_FORMAT);
  node.counters.cmd_meta++;
  const entry = node.cache.find(key, now);
  if (!entry) return reply.line('EN');
  const size = itemSize(key, entry.clientFlags, entry.value.length);
  const facts = [
    `exp=${entry.expiresAt === 0 ? -1 : now - entry.expiresAt}`,
    `la=${now - entry.usedAt}`,
    `cas=${entry.cas}`,
    `fetch=${entry.wasFetched ? 'yes' : 'no'}`,
    `cls=${sizeClass(size)}`,
    `size=${size}`,
  ];
  reply.line(`ME ${entry.hasBinaryKey ? encodeKey(key) : key} ${facts.join(' ')}`);
}
