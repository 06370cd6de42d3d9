import { writeNumber, writeText } from '../protocol/headers.ts';
import { encodeKey } from '../protocol/binary-key.ts';
import { Flag, LONGEST_OPAQUE } from '../protocol/meta-flags.ts';
import type { Uint64 } from '../protocol/numbers.ts';
import type { RequestLine } from '../protocol/request-line.ts';

export const OPAQUE_TOO_LONG = 'CLIENT_ERROR opaque token too long';
const SPACE = 32;

/** Whether the line has an `O` flag that is too long to be sent back. */
export function hasLongOpaque(line: RequestLine, first: number): boolean {
  for (let index = first; index < line.count; index++) {
    if (line.initial(index) === Flag.O && line.lengthOf(index) > LONGEST_OPAQUE) return true;
  }
  return false;
}

/** ` X`, a flag of the reply. */
export function writeFlag(to: Buffer, at: number, flag: number): number {
  to[at] = SPACE;
  to[at + 1] = flag;
  return at + 2;
}

export function writeNumberFlag(to: Buffer, at: number, flag: number, value: Uint64): number {
  return writeNumber(to, writeFlag(to, at, flag), value);
}

/** ` O<token>`, as it came. */
export function writeOpaque(to: Buffer, at: number, line: RequestLine, index: number): number {
  to[at] = SPACE;
  return at + 1 + line.bytes.copy(to, at + 1, line.start(index), line.endOf(index));
}

/** ` k<key>`, and ` b` after a key that goes in base64. */
export function writeKey(to: Buffer, at: number, key: string, isBinary: boolean): number {
  const end = writeText(to, writeFlag(to, at, Flag.k), isBinary ? encodeKey(key) : key);
  return isBinary ? writeFlag(to, end, Flag.b) : end;
}

/** ` t<seconds>`: the time to live that is left, -1 for ever. */
export function writeTimeToLive(to: Buffer, at: number, expiresAt: number, now: number): number {
  if (expiresAt === 0) return writeText(to, at, ' t-1');
  return writeNumberFlag(to, at, Flag.t, (expiresAt - now) >>> 0);
}

/** The flags that come back whatever was found: the opaque and the key. */
export function writeEchoes(
  to: Buffer,
  at: number,
  line: RequestLine,
  first: number,
  key: string,
  isBinary: boolean,
): number {
  for (let index = first; index < line.count; index++) {
    const flag = line.initial(index);
    if (flag === Flag.O) at = writeOpaque(to, at, line, index);
    else if (flag === Flag.k) at = writeKey(to, at, key, isBinary);
  }
  return at;
}
