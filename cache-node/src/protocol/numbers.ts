/**
 * Numbers as memcached reads them from a request, by C's strtol and strtoul: an optional sign, digits, and then the end of the token
 * or white space. `undefined` where memcached refuses.
 */

/** As a C `long` cut to 32 bits with a sign. */
export function parseInt32(bytes: Buffer, start: number, end: number): number | undefined {
  const exact = parseExact(bytes, start, end);
  if (exact === undefined || (typeof exact === 'bigint' && (exact > MAX_INT64 || exact < MIN_INT64)))
    return undefined;
  return typeof exact === 'number' && exact === (exact | 0)
    ? exact
    : Number(BigInt.asIntN(32, BigInt(exact)));
}

/** As a C `unsigned long` cut to 32 bits. */
export function parseUint32(bytes: Buffer, start: number, end: number): number | undefined {
  const exact = parseExact(bytes, start, end);
  if (exact === undefined || exact < 0 || exact > MAX_UINT64) return undefined;
  return typeof exact === 'number' && exact === exact >>> 0
    ? exact
    : Number(BigInt.asUintN(32, BigInt(exact)));
}

/** A number of up to 64 bits: a `number` where that is exact, a `bigint` above. */
export type Uint64 = number | bigint;

export function parseUint64(bytes: Buffer, start: number, end: number): Uint64 | undefined {
  const exact = parseExact(bytes, start, end);
  return exact === undefined || exact < 0 || exact > MAX_UINT64 ? undefined : exact;
}

/** `a + b` as 64 bits without a sign, wrapping round. */
export function addUint64(a: Uint64, b: Uint64): Uint64 {
  if (typeof a === 'number' && typeof b === 'number' && a + b <= Number.MAX_SAFE_INTEGER) return a + b;
  return narrow(BigInt.asUintN(64, BigInt(a) + BigInt(b)));
}

/** `a - b`, but never below 0. */
export function subtractUint64(a: Uint64, b: Uint64): Uint64 {
  if (b > a) return 0;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return narrow(BigInt(a) - BigInt(b));
}

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;

const ZERO = 48;
const NINE = 57;
const PLUS = 43;
const MINUS = 45;
/** So many digits always fit a double exactly. */
const EXACT_DIGITS = 15;

function parseExact(bytes: Buffer, start: number, end: number): Uint64 | undefined {
  const sign = bytes[start];
  const first = start < end && (sign === MINUS || sign === PLUS) ? start + 1 : start;
  let at = first;
  let value = 0;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte < ZERO || byte > NINE) break;
    value = value * 10 + (byte - ZERO);
  }
  if (at === first || (at < end && !isSpace(bytes[at]!))) return undefined;
  if (at - first > EXACT_DIGITS) {
    const digits = BigInt(bytes.toString('latin1', first, at));
    return narrow(sign === MINUS ? -digits : digits);
  }
  return sign === MINUS && value !== 0 ? -value : value;
}

function narrow(value: bigint): Uint64 {
  return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : value;
}

function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}
