import type { Cache } from './cache.ts';
import type { Counters } from './counters.ts';
import type { Entry } from './entry.ts';
import { addUint64, parseUint64, subtractUint64, type Uint64 } from './protocol/numbers.ts';

/** The digits of a 64-bit number, and white space after them: memcached reads no further. */
const LONGEST_NUMBER = 64;
const digits = Buffer.alloc(LONGEST_NUMBER);

/** Adds to a number that is kept as text, in 64 bits: up it wraps round, down it stops at 0. */
export function addDelta(
  cache: Cache,
  counters: Counters,
  entry: Entry,
  isIncrement: boolean,
  delta: Uint64,
  now: number,
  newCas?: Uint64,
): { text: string; entry: Entry } | 'NON_NUMERIC' | 'NO_MEMORY' {
  const old = readNumber(entry);
  if (old === undefined) return 'NON_NUMERIC';
  const text = String(isIncrement ? addUint64(old, delta) : subtractUint64(old, delta));
  if (isIncrement) counters.incr_hits++;
  else counters.decr_hits++;
  const { value } = entry;
  if (text.length <= value.length && !value.isPinned) {
    // Shorter numbers are padded, as memcached does.
    const padded = Buffer.from(text.padEnd(value.length), 'latin1');
    value.write(0, padded, 0, padded.length);
    entry.cas = newCas ?? cache.nextCas();
    return { text, entry };
  }
  const { expiresAt, clientFlags, hasBinaryKey, key } = entry;
  const draft = cache.reserve(key, clientFlags, text.length);
  if (!draft) return 'NO_MEMORY';
  draft.expiresAt = expiresAt;
  draft.hasBinaryKey = hasBinaryKey;
  draft.value.write(0, Buffer.from(text, 'latin1'), 0, text.length);
  return { text, entry: cache.store(draft, cache.find(key, now), now, newCas) };
}

function readNumber(entry: Entry): Uint64 | undefined {
  let length = 0;
  entry.value.pieces((memory, start, end) => {
    const count = Math.min(end - start, LONGEST_NUMBER - length);
    memory.copy(digits, length, start, start + count);
    length += count;
  });
  return parseUint64(digits, 0, length);
}
