import type { Uint64 } from './numbers.ts';

/** The line before a value in the replies to `get` and its like: `VALUE <key> <flags> <bytes> [<cas>]\r\n`. */
export function writeTextHeader(
  to: Buffer,
  at: number,
  key: string,
  clientFlags: number,
  length: number,
  cas?: Uint64,
): number {
  at = writeText(to, at, 'VALUE ');
  at = writeText(to, at, key);
  to[at++] = SPACE;
  at = writeNumber(to, at, clientFlags);
  to[at++] = SPACE;
  at = writeNumber(to, at, length);
  if (cas !== undefined) {
    to[at++] = SPACE;
    at = writeNumber(to, at, cas);
  }
  return writeLineEnd(to, at);
}

export function textHeaderBytes(key: string, clientFlags: number, length: number): number {
  return 10 + key.length + digits(clientFlags) + digits(length);
}

export function writeLineEnd(to: Buffer, at: number): number {
  to[at] = 13;
  to[at + 1] = 10;
  return at + 2;
}

/** Decimal digits of a number that is whole and not negative. */
export function writeNumber(to: Buffer, at: number, value: Uint64): number {
  if (typeof value === 'bigint' || value > 0x7fffffff) return writeText(to, at, value.toString());
  const end = at + digits(value);
  let left = value | 0;
  for (let digit = end - 1; digit >= at; digit--) {
    const tenth = (left / 10) | 0;
    to[digit] = 48 + left - tenth * 10;
    left = tenth;
  }
  return end;
}

/** One byte per character. */
export function writeText(to: Buffer, at: number, text: string): number {
  if (text.length > 24) return at + to.write(text, at, 'latin1');
  for (let index = 0; index < text.length; index++) to[at + index] = text.charCodeAt(index);
  return at + text.length;
}

const SPACE = 32;

function digits(value: number): number {
  let count = 1;
  for (let limit = 10; value >= limit; limit *= 10) count++;
  return count;
}
