import { expiryDate } from '../clock.ts';
import { parseInt32, parseUint32, parseUint64, type Uint64 } from './numbers.ts';
import type { RequestLine } from './request-line.ts';

/** memcached refuses lines with more words than this. */
const MOST_WORDS = 19;
/** Longest `O` token, the `O` included. */
export const LONGEST_OPAQUE = 32;

/** What the flags of one meta command say. One object is used for command after command. */
export class MetaFlags {
  isQuiet = false;
  wantsValue = false;
  leavesUnused = false;
  invalidates = false;
  removesValue = false;
  hasBinaryKey = false;
  /** The mode's letter; 0 without one. */
  mode = 0;
  clientFlags = 0;
  cas: Uint64 | undefined;
  newCas: Uint64 | undefined;
  /** Dates, as of `Entry.expiresAt`. */
  expiresAt: number | undefined;
  vivifyExpiresAt: number | undefined;
  recacheBefore: number | undefined;
  delta: Uint64 = 1;
  initial: Uint64 = 0;
  /** The index of the first flag among the words of the line. */
  first = 0;

  readonly #seen = new Uint8Array(128);

  /** Reads the flags from word `first` on. Returns the reply to send where they are wrong. */
  read(line: RequestLine, first: number, now: number): string | undefined {
    this.#reset(first);
    if (line.count > MOST_WORDS) return 'CLIENT_ERROR options flags are too long';
    let fault: string | undefined;
    let at = first;
    for (; at < line.count; at++) {
      const flag = line.initial(at);
      if (flag >= 127 || this.#seen[flag] !== 0) {
        this.#forgetSeen(line, at);
        return 'CLIENT_ERROR duplicate flag';
      }
      this.#seen[flag] = 1;
      const wrong = this.#readFlag(line, at, flag, now);
      if (wrong === INVALID) {
        this.#forgetSeen(line, at + 1);
        return wrong;
      }
      fault = wrong ?? fault;
    }
    this.#forgetSeen(line, at);
    return fault;
  }

  #readFlag(line: RequestLine, index: number, flag: number, now: number): string | undefined {
    const { bytes } = line;
    const start = line.start(index) + 1;
    const end = line.endOf(index);
    switch (flag) {
      case Flag.v:
        this.wantsValue = true;
        return undefined;
      case Flag.q:
        this.isQuiet = true;
        return undefined;
      case Flag.k:
      case Flag.s:
      case Flag.t:
      case Flag.c:
      case Flag.f:
      case Flag.h:
      case Flag.l:
      case Flag.O:
      case Flag.P:
      case Flag.L:
        return undefined;
      case Flag.b:
        this.hasBinaryKey = true;
        return undefined;
      case Flag.u:
        this.leavesUnused = true;
        return undefined;
      case Flag.I:
        this.invalidates = true;
        return undefined;
      case Flag.x:
        this.removesValue = true;
        return undefined;
      case Flag.N:
        return (this.vivifyExpiresAt = date(bytes, start, end, now)) === undefined ? BAD_TOKEN : undefined;
      case Flag.T:
        return (this.expiresAt = date(bytes, start, end, now)) === undefined ? BAD_TOKEN : undefined;
      case Flag.R:
        return (this.recacheBefore = date(bytes, start, end, now)) === undefined ? BAD_TOKEN : undefined;
      case Flag.C:
        return (this.cas = parseUint64(bytes, start, end)) === undefined ? BAD_TOKEN : undefined;
      case Flag.E:
        return (this.newCas = parseUint64(bytes, start, end)) === undefined ? BAD_TOKEN : undefined;
      case Flag.F: {
        const clientFlags = parseUint32(bytes, start, end);
        this.clientFlags = clientFlags ?? 0;
        return clientFlags === undefined ? 'CLIENT_ERROR bad command line format' : undefined;
      }
      case Flag.M:
        if (end !== start + 1) return 'CLIENT_ERROR incorrect length for M token';
        this.mode = bytes[start]!;
        return undefined;
      case Flag.J: {
        const initial = parseUint64(bytes, start, end);
        this.initial = initial ?? 0;
        return initial === undefined ? 'CLIENT_ERROR invalid numeric initial value' : undefined;
      }
      case Flag.D: {
        const delta = parseUint64(bytes, start, end);
        this.delta = delta ?? 1;
        return delta === undefined ? 'CLIENT_ERROR invalid numeric delta value' : undefined;
      }
      default:
        return INVALID;
    }
  }

  #reset(first: number): void {
    this.first = first;
    this.isQuiet = false;
    this.wantsValue = false;
    this.leavesUnused = false;
    this.invalidates = false;
    this.removesValue = false;
    this.hasBinaryKey = false;
    this.mode = 0;
    this.clientFlags = 0;
    this.cas = undefined;
    this.newCas = undefined;
    this.expiresAt = undefined;
    this.vivifyExpiresAt = undefined;
    this.recacheBefore = undefined;
    this.delta = 1;
    this.initial = 0;
  }

  #forgetSeen(line: RequestLine, to: number): void {
    for (let index = this.first; index < to; index++) {
      const flag = line.initial(index);
      if (flag < 128) this.#seen[flag] = 0;
    }
  }
}

/** The flags' letters, as bytes. */
export const Flag = {
  b: 98,
  c: 99,
  f: 102,
  h: 104,
  k: 107,
  l: 108,
  q: 113,
  s: 115,
  t: 116,
  u: 117,
  v: 118,
  x: 120,
  C: 67,
  D: 68,
  E: 69,
  F: 70,
  I: 73,
  J: 74,
  L: 76,
  M: 77,
  N: 78,
  O: 79,
  P: 80,
  R: 82,
  T: 84,
  W: 87,
  X: 88,
  Z: 90,
} as const;

const INVALID = 'CLIENT_ERROR invalid flag';
const BAD_TOKEN = 'CLIENT_ERROR bad token in command line format';

function date(bytes: Buffer, start: number, end: number, now: number): number | undefined {
  const exptime = parseInt32(bytes, start, end);
  return exptime === undefined ? undefined : expiryDate(exptime, now);
}
