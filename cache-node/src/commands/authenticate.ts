import { parseUint32 } from '../protocol/numbers.ts';
import type { Session } from '../session.ts';
import { LONGEST_KEY } from '../protocol/limits.ts';

/** A line that a client which doesn't say who it is may send at most. */
const LONGEST_LINE_BYTES = 2048;
const LONGEST_SECRET_BYTES = 2 * LONGEST_KEY;
const NEWLINE = 10;

/**
 * A client that must say who it is: `set <any key> <any> <any> <bytes>` with the payload `name password`. Returns how far it came in
 * `bytes[at, end)`, or -1 if more must arrive first.
 */
export function authenticate(session: Session, bytes: Buffer, at: number, end: number): number {
  const { line, reply, node } = session;
  const next = line.read(bytes, at, end);
  if (next < 0) {
    if (end - at > LONGEST_LINE_BYTES && !bytes.subarray(at, end).includes(NEWLINE)) session.closeAtOnce();
    return -1;
  }
  const length = line.count >= 5 ? parseUint32(bytes, line.start(4), line.endOf(4)) : undefined;
  if (!line.is(0, 'set') || length === undefined) {
    reply.line('CLIENT_ERROR unauthenticated');
    return next;
  }
  if (length > LONGEST_SECRET_BYTES) {
    reply.line('CLIENT_ERROR authentication failure');
    return next;
  }
  const after = next + length + 2;
  if (after > end) return -1;
  reply.line(check(session, bytes.toString('latin1', next, after)));
  node.counters.auth_cmds++;
  return after;
}

function check(session: Session, payload: string): string {
  if (!payload.endsWith('\r\n')) return 'CLIENT_ERROR bad command line termination';
  const [name, password] = payload
    .slice(0, -2)
    .split(' ')
    .filter((word) => word !== '');
  if (name === undefined || password === undefined) return 'CLIENT_ERROR bad authentication token format';
  const { credentials, counters } = session.node;
  if (!credentials?.accept(name, password)) {
    counters.auth_errors++;
    return 'CLIENT_ERROR authentication failure';
  }
  session.isAuthenticated = true;
  return 'STORED';
}
