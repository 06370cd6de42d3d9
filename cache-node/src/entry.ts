import { PolicyEntry } from './policies/policy.ts';
import type { Value } from './memory/value.ts';
import type { Uint64 } from './protocol/numbers.ts';

/** What V8 holds for an entry besides the bytes in the arena: the objects, the slot in the index, the key. */
const HEAP_BYTES = 360;

/** One thing the node holds, under its key. An overwrite changes the value and keeps the entry and its place in the policy. */
export class Entry extends PolicyEntry {
  value: Value;
  /** A number of the client's that comes back with the value. */
  clientFlags: number;
  /** Seconds since 1970; 0 is never. */
  expiresAt: number;
  cas: Uint64;
  /** When it was stored or read last, in seconds since 1970. */
  usedAt: number;
  /** Counts stores: what is not above the number at which everything was flushed is gone. */
  sequence: number;
  /** The index's: the key's hash, and the next entry in the same bucket. */
  hash = 0;
  chain: Entry | undefined = undefined;
  #marks = 0;

  constructor(key: string, sizeBytes: number, value: Value) {
    super(key, sizeBytes);
    this.value = value;
    this.clientFlags = 0;
    this.expiresAt = 0;
    this.cas = 0;
    this.usedAt = 0;
    this.sequence = 0;
  }
  /** It was read since it was stored. */
  get wasFetched(): boolean {
    return this.#has(Mark.FETCHED);
  }

  set wasFetched(is: boolean) {
    this.#set(Mark.FETCHED, is);
  }

  /** The key came in base64 and is shown so. */
  get hasBinaryKey(): boolean {
    return this.#has(Mark.BINARY_KEY);
  }

  set hasBinaryKey(is: boolean) {
    this.#set(Mark.BINARY_KEY, is);
  }

  /** Invalidated by a meta command, but still served until someone stores anew. */
  get isStale(): boolean {
    return this.#has(Mark.STALE);
  }

  set isStale(is: boolean) {
    this.#set(Mark.STALE, is);
  }

  /** One client has been told to store anew (W); the others are told that (Z). */
  get isTokenSent(): boolean {
    return this.#has(Mark.TOKEN_SENT);
  }

  set isTokenSent(is: boolean) {
    this.#set(Mark.TOKEN_SENT, is);
  }

  /** Made by a miss (N) and not stored since: there is nothing in it yet. */
  get isStub(): boolean {
    return this.#has(Mark.STUB);
  }

  set isStub(is: boolean) {
    this.#set(Mark.STUB, is);
  }

  /** Listings have a bit each. */
  isListed(bit: number): boolean {
    return this.#has(bit << LISTED_SHIFT);
  }

  setListed(bit: number, is: boolean): void {
    this.#set(bit << LISTED_SHIFT, is);
  }

  #has(mark: number): boolean {
    return (this.#marks & mark) !== 0;
  }

  #set(mark: number, is: boolean): void {
    this.#marks = is ? this.#marks | mark : this.#marks & ~mark;
  }
}

/** Bits of one number, since a field for each would cost every entry eight bytes. */
const Mark = { FETCHED: 1, BINARY_KEY: 2, STALE: 4, TOKEN_SENT: 8, STUB: 16 } as const;
const LISTED_SHIFT = 8;

/** What an entry with this value costs of the node's memory. */
export function costBytes(key: string, value: Value): number {
  return HEAP_BYTES + key.length + value.blockBytes();
}
