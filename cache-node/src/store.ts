import type { Cache, Draft } from './cache.ts';
import type { Counters } from './counters.ts';
import type { Entry } from './entry.ts';
import { copyInto } from './memory/extent.ts';
import type { Uint64 } from './protocol/numbers.ts';

export type StoreMode = 'set' | 'add' | 'replace' | 'append' | 'prepend' | 'cas';
export type StoreResult = 'STORED' | 'NOT_STORED' | 'EXISTS' | 'NOT_FOUND';

/** A wish to store a draft, complete with its payload. */
export interface StoreRequest {
  readonly draft: Draft;
  readonly mode: StoreMode;
  /** The CAS that the entry must have; 0 for any. */
  readonly cas: Uint64;
  /** The CAS that the entry gets; without one the node's next. */
  readonly newCas: Uint64 | undefined;
  /** An older CAS is accepted too, but the entry stays stale. */
  readonly invalidates: boolean;
  /** An append to nothing stores, with this expiry. */
  readonly vivifyExpiresAt: number | undefined;
}

export interface Stored {
  readonly result: StoreResult;
  readonly entry: Entry | undefined;
}

/** Stores the draft if the mode and the CAS allow it, and discards it otherwise. */
export function store(cache: Cache, counters: Counters, request: StoreRequest, now: number): Stored {
  const { draft, mode } = request;
  const existing = cache.findToReplace(draft.key, now);
  if (!existing) return storeNew(cache, counters, request, now);
  switch (mode) {
    case 'add':
      cache.use(existing, now);
      return refuse(cache, draft, 'NOT_STORED');
    case 'cas':
      return storeIfUnchanged(cache, counters, request, existing, now);
    case 'append':
    case 'prepend':
      if (request.cas !== 0 && request.cas !== existing.cas) return refuse(cache, draft, 'EXISTS');
      return extend(cache, request, existing, now);
    case 'set':
    case 'replace':
      return { result: 'STORED', entry: cache.store(draft, existing, now, request.newCas) };
  }
}

function storeNew(cache: Cache, counters: Counters, request: StoreRequest, now: number): Stored {
  const { draft, mode, vivifyExpiresAt } = request;
  if (mode === 'cas') {
    counters.cas_misses++;
    return refuse(cache, draft, 'NOT_FOUND');
  }
  if (mode === 'append' && vivifyExpiresAt !== undefined) draft.expiresAt = vivifyExpiresAt;
  else if (mode !== 'set' && mode !== 'add') return refuse(cache, draft, 'NOT_STORED');
  return { result: 'STORED', entry: cache.store(draft, undefined, now, request.newCas) };
}

function storeIfUnchanged(
  cache: Cache,
  counters: Counters,
  request: StoreRequest,
  existing: Entry,
  now: number,
): Stored {
  const { draft, cas, newCas } = request;
  if (cas !== 0 && cas === existing.cas) {
    counters.cas_hits++;
    return { result: 'STORED', entry: cache.store(draft, existing, now, newCas) };
  }
  if (cas !== 0 && request.invalidates && cas < existing.cas) {
    counters.cas_hits++;
    const { isTokenSent } = existing;
    draft.expiresAt = existing.expiresAt;
    const entry = cache.store(draft, existing, now, newCas);
    entry.isStale = true;
    entry.isTokenSent = isTokenSent;
    return { result: 'STORED', entry };
  }
  counters.cas_badval++;
  return refuse(cache, draft, 'EXISTS');
}

/** Appends or prepends: stores the old payload and the draft's as one. */
function extend(cache: Cache, request: StoreRequest, existing: Entry, now: number): Stored {
  const { draft, mode } = request;
  const old = existing.value;
  const { clientFlags, expiresAt, hasBinaryKey } = existing;
  // Making room may evict the entry that is being extended.
  old.pin();
  const whole = cache.reserve(draft.key, clientFlags, old.length + draft.value.length);
  if (whole) {
    whole.expiresAt = expiresAt;
    whole.hasBinaryKey = hasBinaryKey;
    let at = 0;
    for (const value of mode === 'append' ? [old, draft.value] : [draft.value, old]) {
      value.pieces((memory, start, end) => {
        copyInto(whole.value.extent, whole.value.room + at, memory, start, end);
        at += end - start;
      });
    }
  }
  old.unpin(cache.arena);
  cache.discard(draft);
  if (!whole) return { result: 'NOT_STORED', entry: undefined };
  return { result: 'STORED', entry: cache.store(whole, cache.find(draft.key, now), now, request.newCas) };
}

function refuse(cache: Cache, draft: Draft, result: StoreResult): Stored {
  cache.discard(draft);
  return { result, entry: undefined };
}
