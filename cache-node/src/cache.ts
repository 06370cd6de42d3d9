import type { Clock } from './clock.ts';
import type { Counters } from './counters.ts';
import { Entry } from './entry.ts';
import { EntryIndex } from './entry-index.ts';
import { Evacuation } from './evacuation.ts';
import { Flushes } from './flushes.ts';
import { IndexWalk } from './index-walk.ts';
import { type Listing, Listings } from './listing.ts';
import type { Arena } from './memory/arena.ts';
import { HeaderInPlace, type Value } from './memory/value.ts';
import type { PolicyName } from './policies/policies.ts';
import { textHeaderBytes, writeTextHeader } from './protocol/headers.ts';
import type { Uint64 } from './protocol/numbers.ts';
import { Room, type RoomOptions } from './room.ts';

export interface CacheOptions extends RoomOptions {
  hasCas: boolean;
}

/** What is about to be stored, while and after its payload arrives. Its memory is reserved. */
export interface Draft {
  readonly key: string;
  readonly value: Value;
  /** Where entries are counted: whether nothing was there under the key when the room was made. */
  readonly isNew: boolean;
  clientFlags: number;
  expiresAt: number;
  hasBinaryKey: boolean;
}

/** Header, CAS and terminators, as memcached counts them in `bytes`. */
const ITEM_OVERHEAD_BYTES = 48 + 8 + 3;

const HEADER = Buffer.alloc(512);

/** The entries: found by key, in a room of limited size, gone when their time has come. Nothing here knows of connections. */
export class Cache {
  readonly #index = new EntryIndex();
  readonly #room: Room;
  readonly #flushes: Flushes;
  readonly #evacuation: Evacuation;
  readonly #listings: Listings;
  readonly #hasCas: boolean;
  readonly #counters: Counters;
  #payloadBytes = 0;
  #keyBytes = 0;
  #lastCas = 0;

  constructor(options: CacheOptions, counters: Counters, clock: Clock) {
    this.#hasCas = options.hasCas;
    this.#counters = counters;
    this.#flushes = new Flushes(options.hasCas);
    this.#room = new Room(options, (entry) => {
      const now = clock.seconds();
      counters.losses.record(entry, this.isDead(entry, now) ? 'reclaimed' : 'evicted', now);
      this.#forget(entry);
    });
    this.#evacuation = new Evacuation(this.#index, this.#room);
    this.#listings = new Listings(this.#index, this.#room);
  }

  get arena(): Arena {
    return this.#room.arena;
  }

  get count(): number {
    return this.#index.count;
  }

  get capacityBytes(): number {
    return this.#room.capacityBytes;
  }

  /** What the entries cost, with all that goes with them. */
  get sizeBytes(): number {
    return this.#room.entryBytes;
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
    return this.#room.policyName;
  }

  /** The date of a flush that is still to come; 0 if there is none. */
  get flushAt(): number {
    return this.#flushes.dueAt;
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
    this.#room.hit(entry);
    entry.wasFetched = true;
    entry.usedAt = now;
  }

  remove(entry: Entry): void {
    this.#forget(entry);
    this.#room.remove(entry);
  }

  /** Memory for a value, evicting for it. `undefined` when the node is full of what may not or cannot go. */
  reserve(key: string, clientFlags: number, length: number): Draft | undefined {
    const isNew = this.#room.countsEntries && this.#index.findText(key) === undefined;
    const value = this.#room.reserve(key, textHeaderBytes(key, clientFlags, length), length, isNew);
    if (value === undefined) return undefined;
    value.putHeader(HeaderInPlace.TEXT, HEADER, 0, writeTextHeader(HEADER, 0, key, clientFlags, length));
    return { key, value, isNew, clientFlags, expiresAt: 0, hasBinaryKey: false };
  }

  /** Gives the memory of a draft back that will not be stored. */
  discard({ key, value, isNew }: Draft): void {
    this.#room.discard(key, value, isNew);
  }

  /** Puts a draft in place of what `existing` was, or under a new key. `cas` is given by the client or else the next number. */
  store(draft: Draft, existing: Entry | undefined, now: number, cas?: Uint64): Entry {
    this.#counters.total_items++;
    const entry = existing ?? new Entry(draft.key, 0, draft.value);
    if (existing) {
      this.#payloadBytes -= entry.value.length;
      this.#room.exchange(entry, draft.value, draft.isNew);
    } else {
      this.#index.add(entry);
      this.#keyBytes += draft.key.length;
      this.#room.add(entry, draft.isNew);
    }
    this.#payloadBytes += draft.value.length;
    entry.clientFlags = draft.clientFlags;
    entry.expiresAt = draft.expiresAt;
    entry.hasBinaryKey = draft.hasBinaryKey;
    entry.cas = cas ?? this.nextCas();
    entry.usedAt = now;
    entry.sequence = this.#flushes.nextSequence(now);
    entry.wasFetched = false;
    entry.isStale = false;
    entry.isTokenSent = false;
    entry.isStub = false;
    return entry;
  }

  nextCas(): number {
    return this.#hasCas ? ++this.#lastCas : 0;
  }

  /** Everything stored until `date` goes; a date that is not in the future is now. */
  flush(date: number, now: number): void {
    this.#flushes.flush(date, now);
  }

  /** From most to least valuable, the dead included. `undefined` when there are too many listings already. */
  list(): Listing | undefined {
    return this.#listings.begin();
  }

  /** In no order, the dead included. */
  survey(): IndexWalk {
    return new IndexWalk(this.#index);
  }

  isDead(entry: Entry, now: number): boolean {
    return this.#flushes.haveTaken(entry.sequence, now) || (entry.expiresAt !== 0 && entry.expiresAt <= now);
  }

  /** Entries keep their order of value. Comes into force as `settle` is called. */
  setPolicy(name: PolicyName): void {
    this.#room.setPolicy(name);
  }

  /** What no longer fits goes as `settle` is called. */
  setCapacity(bytes: number): void {
    this.#room.setCapacity(bytes);
  }

  /**
   * Does a piece of what a change of capacity or policy has left to do: as much as no client will notice. Returns whether there is
   * more, or what is left `waits` for memory that is still being sent or filled.
   */
  settle(): 'more' | 'waits' | 'done' {
    return this.#room.settle() ? 'more' : this.#evacuation.step();
  }

  #unlessDead(entry: Entry | undefined, now: number): Entry | undefined {
    if (entry === undefined) return undefined;
    if (this.#flushes.haveTaken(entry.sequence, now)) {
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

  #forget(entry: Entry): void {
    this.#index.remove(entry);
    this.#payloadBytes -= entry.value.length;
    this.#keyBytes -= entry.key.length;
  }
}
