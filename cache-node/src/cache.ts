import { costBytes, Entry } from './entry.ts';
import { EntryIndex } from './entry-index.ts';
import type { Counters } from './counters.ts';
import type { Clock } from './clock.ts';
import { Arena } from './memory/arena.ts';
import { textHeaderBytes, writeTextHeader } from './protocol/headers.ts';
import { HeaderInPlace, Value } from './memory/value.ts';
import type { Uint64 } from './protocol/numbers.ts';
import { createPolicy, migrate, type PolicyName } from './policies/policies.ts';
import type { Incoming, Policy } from './policies/policy.ts';

export interface CacheOptions {
  capacityBytes: number;
  policy: PolicyName;
  /** A cap by count; without one only bytes count. */
  maxItems: number | undefined;
  /** Without evictions a full node refuses to store. */
  canEvict: boolean;
  hasCas: boolean;
  random: () => number;
}

/** What is about to be stored, while and after its payload arrives. Its memory is reserved. */
export interface Draft {
  readonly key: string;
  readonly value: Value;
  readonly costBytes: number;
  clientFlags: number;
  expiresAt: number;
  hasBinaryKey: boolean;
}

/** Header, CAS and terminators, as memcached counts them in `bytes`. */
const ITEM_OVERHEAD_BYTES = 48 + 8 + 3;

const HEADER = Buffer.alloc(512);

/** The entries, the memory they live in and the policy that orders them. Nothing here knows of connections. */
export class Cache {
  readonly arena: Arena;
  readonly #index = new EntryIndex();
  readonly #options: CacheOptions;
  readonly #counters: Counters;
  readonly #clock: Clock;
  #policy: Policy<Entry>;
  #capacityBytes: number;
  #reservedBytes = 0;
  #payloadBytes = 0;
  #keyBytes = 0;
  #lastCas = 0;
  #sequence = 0;
  #flushedSequence = 0;
  /** When the last flush was; 0 if there was none. */
  #flushedAt = 0;
  /** When a delayed flush is due; 0 if none is. */
  #flushAt = 0;

  constructor(options: CacheOptions, counters: Counters, clock: Clock) {
    this.#options = options;
    this.#counters = counters;
    this.#clock = clock;
    this.#capacityBytes = options.capacityBytes;
    this.arena = new Arena(options.capacityBytes);
    this.#policy = createPolicy<Entry>(options.policy, {
      capacityBytes: this.#policyCapacity(),
      random: options.random,
    });
  }

  get count(): number {
    return this.#index.count;
  }

  get capacityBytes(): number {
    return this.#capacityBytes;
  }

  /** What the entries cost, with all that goes with them. */
  get sizeBytes(): number {
    return this.#policy.sizeBytes;
  }

  /** The payloads alone. */
  get payloadBytes(): number {
    return this.#payloadBytes;
  }

  /** Keys and payloads, and what memcached would count with them. */
  get itemBytes(): number {
    return this.#payloadBytes + this.#keyBytes + this.count * ITEM_OVERHEAD_BYTES;
  }

  get policyName(): string {
    return this.#policy.name;
  }

  /** The date of a flush that is still to come; 0 if there is none. */
  get flushAt(): number {
    return this.#flushAt;
  }

  /** The entry if it is alive. What is found dead is dropped. Does not count as a use. */
  find(key: string, now: number): Entry | undefined {
    return this.#unlessDead(this.#index.findText(key), now);
  }

  /** As `find`, for a key that lies in `bytes[start, end)`. */
  findBytes(bytes: Buffer, start: number, end: number, now: number): Entry | undefined {
    return this.#unlessDead(this.#index.find(bytes, start, end), now);
  }

  /** As `find`, for whoever stores in its place: what is dead gives its memory to that. */
  findToReplace(key: string, now: number): Entry | undefined {
    const entry = this.#index.findText(key);
    if (entry && this.isDead(entry, now)) this.#counters.losses.record(entry, 'reclaimed', now);
    return this.#unlessDead(entry, now);
  }

  /** The entry was read. */
  use(entry: Entry, now: number): void {
    this.#policy.hit(entry);
    entry.wasFetched = true;
    entry.usedAt = now;
  }

  remove(entry: Entry): void {
    this.#policy.remove(entry);
    this.#forget(entry);
  }

  /** Memory for a value, evicting for it. `undefined` when the node is full of what may not or cannot go. */
  reserve(key: string, clientFlags: number, length: number): Draft | undefined {
    // As at the start, also after the memory has been made less: it would throw out most of what is there.
    if (length > this.#capacityBytes / 2) return undefined;
    const headerBytes = textHeaderBytes(key, clientFlags, length);
    const incoming: Incoming = { key, sizeBytes: length };
    let value = Value.allocate(this.arena, headerBytes, length);
    while (!value) {
      if (!this.#evict(incoming)) return undefined;
      value = Value.allocate(this.arena, headerBytes, length);
    }
    const cost = costBytes(key, value);
    const isNew = this.#options.maxItems !== undefined && this.#index.findText(key) === undefined;
    while (this.#isTooFull(cost, isNew)) {
      if (!this.#evict(incoming)) {
        value.giveUp(this.arena);
        return undefined;
      }
    }
    this.#reservedBytes += cost;
    value.putHeader(HeaderInPlace.TEXT, HEADER, 0, writeTextHeader(HEADER, 0, key, clientFlags, length));
    return { key, value, costBytes: cost, clientFlags, expiresAt: 0, hasBinaryKey: false };
  }

  /** Gives the memory of a draft back that will not be stored. */
  discard(draft: Draft): void {
    this.#reservedBytes -= draft.costBytes;
    draft.value.giveUp(this.arena);
  }

  /** Puts a draft in place of what `existing` was, or under a new key. `cas` is given by the client or else the next number. */
  store(draft: Draft, existing: Entry | undefined, now: number, cas?: Uint64): Entry {
    this.#reservedBytes -= draft.costBytes;
    this.#counters.total_items++;
    let entry = existing;
    if (entry) {
      this.#payloadBytes -= entry.value.length;
      entry.value.giveUp(this.arena);
      entry.value = draft.value;
      this.#policy.resize(entry, draft.costBytes);
    } else {
      entry = new Entry(draft.key, draft.costBytes, draft.value);
    }
    this.#payloadBytes += draft.value.length;
    entry.clientFlags = draft.clientFlags;
    entry.expiresAt = draft.expiresAt;
    entry.hasBinaryKey = draft.hasBinaryKey;
    entry.cas = cas ?? this.nextCas();
    entry.usedAt = now;
    entry.sequence = this.#isFlushedToo(now) ? 0 : ++this.#sequence;
    entry.wasFetched = false;
    entry.isStale = false;
    entry.isTokenSent = false;
    entry.isStub = false;
    if (!existing) {
      this.#index.add(entry);
      this.#keyBytes += draft.key.length;
      this.#policy.insert(entry);
    }
    return entry;
  }

  nextCas(): number {
    return this.#options.hasCas ? ++this.#lastCas : 0;
  }

  /** Everything stored until `date` goes; a date that is not in the future is now. */
  flush(date: number, now: number): void {
    if (date > now) {
      this.#flushAt = date;
    } else {
      this.#flushAt = 0;
      this.#flushedSequence = this.#sequence;
      this.#flushedAt = now;
    }
  }

  /** From most to least valuable, the dead included. May be walked in pieces. */
  entries(): IterableIterator<Entry> {
    return this.#policy.entries();
  }

  isDead(entry: Entry, now: number): boolean {
    if (this.#flushAt !== 0) this.#flushIfDue(now);
    return entry.sequence <= this.#flushedSequence || (entry.expiresAt !== 0 && entry.expiresAt <= now);
  }

  /** Whether anything was flushed that may still take memory. */
  get wasFlushed(): boolean {
    return this.#flushedSequence > 0;
  }

  /** Entries keep their order of value. */
  setPolicy(name: PolicyName): void {
    const next = createPolicy<Entry>(name, {
      capacityBytes: this.#policyCapacity(),
      random: this.#options.random,
    });
    migrate(this.#policy, next);
    this.#policy = next;
  }

  /** Evicts what no longer fits. */
  setCapacity(bytes: number): void {
    this.#capacityBytes = bytes;
    this.arena.setCapacity(bytes);
    this.#policy.setCapacity(this.#policyCapacity());
    while (this.#isTooFull(0, false) && this.#evict(undefined));
  }

  #unlessDead(entry: Entry | undefined, now: number): Entry | undefined {
    if (entry === undefined) return undefined;
    if (this.#flushAt !== 0) this.#flushIfDue(now);
    if (entry.sequence <= this.#flushedSequence) {
      this.#counters.get_flushed++;
      this.remove(entry);
      return undefined;
    }
    if (entry.expiresAt !== 0 && entry.expiresAt <= now) {
      this.#counters.get_expired++;
      this.remove(entry);
      return undefined;
    }
    return entry;
  }

  #policyCapacity(): number {
    return this.#capacityBytes;
  }

  #isTooFull(cost: number, isNew: boolean): boolean {
    if (this.#policy.sizeBytes + this.#reservedBytes + cost > this.#capacityBytes) return true;
    const { maxItems } = this.#options;
    return maxItems !== undefined && this.#policy.count + (isNew ? 1 : 0) > maxItems;
  }

  #evict(incoming: Incoming | undefined): boolean {
    if (!this.#options.canEvict) return false;
    const entry = this.#policy.evict(incoming);
    if (!entry) return false;
    const now = this.#clock.seconds();
    this.#counters.losses.record(entry, this.isDead(entry, now) ? 'reclaimed' : 'evicted', now);
    this.#forget(entry);
    return true;
  }

  #forget(entry: Entry): void {
    this.#index.remove(entry);
    this.#payloadBytes -= entry.value.length;
    this.#keyBytes -= entry.key.length;
    entry.value.giveUp(this.arena);
  }

  /** Without CAS a flush takes what is stored in the same second too, as memcached's does. */
  #isFlushedToo(now: number): boolean {
    return !this.#options.hasCas && this.#flushedAt === now;
  }

  #flushIfDue(now: number): void {
    if (this.#flushAt !== 0 && this.#flushAt <= now) {
      this.#flushAt = 0;
      this.#flushedSequence = this.#sequence;
    }
  }
}
