import { PolicyEntry } from './policies/policy.ts';
import type { Value } from './memory/value.ts';
import type { Uint64 } from './protocol/numbers.ts';

/** What V8 holds for an entry besides the bytes in the arena: the objects, the slot in the index, the key. */
const HEAP_BYTES = 420;

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
  wasFetched = false;
  /** The key came in base64 and is shown so. */
  hasBinaryKey = false;
  /** Invalidated by a meta command, but still served until someone stores anew. */
  isStale = false;
  /** One client has been told to store anew (W); the others are told that (Z). */
  isTokenSent = false;
  /** Made by a miss (N) and not stored since: there is nothing in it yet. */
  isStub = false;

  constructor(key: string, sizeBytes: number, value: Value) {
    super(key, sizeBytes);
    this.value = value;
    this.clientFlags = 0;
    this.expiresAt = 0;
    this.cas = 0;
    this.usedAt = 0;
    this.sequence = 0;
  }
}

/** What an entry with this value costs of the node's memory. */
export function costBytes(key: string, value: Value): number {
  return HEAP_BYTES + key.length + value.blockBytes();
}
