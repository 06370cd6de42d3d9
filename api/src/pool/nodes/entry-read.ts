import { decodeEntryHeader, ENTRY_HEADER_BYTES, type EntryHeader } from './entry.ts';
import type { NodeRequest } from './node-connection.ts';
import { ReplyError } from './reply-parser.ts';
import type { Slab } from './slab.ts';

/**
 * Takes an entry as it comes from its node: `miss`; or `hit`, pieces of the payload, `end`. After `hit`, `broken` may come instead of
 * what is missing.
 */
export interface EntryReceiver {
  hit(header: EntryHeader, sizeBytes: number): void;
  /** The bytes are lent: retain the slab to keep them. */
  payload(bytes: Buffer, slab: Slab): void;
  end(): void;
  miss(miss: Miss): void;
  broken(error: Error): void;
}

/** The node that gives leases: one is good there only. */
export interface LeaseGiver {
  /** False if the lease is no longer good. */
  fill(name: string, entry: { cas: string; header: EntryHeader; payload: Buffer }): Promise<boolean>;
  release(name: string, cas: string): Promise<void>;
  /** Takes the name of an entry that was asked for in vain: the node may have given a lease that nobody has got. */
  mayHaveLeased(name: string): void;
}

/** The right to fill one entry at one node. */
export interface Lease {
  readonly cas: string;
  readonly node: LeaseGiver;
}

/**
 * What a reader that found no entry may do about it: `won`, it alone is to fill the entry by its lease; `taken`, somebody else
 * is at it; `refused`, the node has nothing to say and can't be filled.
 */
export type Miss =
  | ({ readonly lease: 'won' } & Lease)
  | { readonly lease: 'taken' }
  | { readonly lease: 'refused'; readonly reason: Error };

/** How long a reader may take to fill an entry before another one gets the lease. */
const LEASE_SECONDS = 30;

/** Reads the value if it is there, else takes the lease if it is free (protocol.txt, "Meta Get": N, W and Z). */
export function readCommand(name: string): string {
  return `mg ${name} v c N${LEASE_SECONDS}\r\n`;
}

/** Reads the value if it is there, takes no lease, and does not count as a use (protocol.txt, "Meta Get": u). */
export function peekCommand(name: string): string {
  return `mg ${name} v u\r\n`;
}

/** The reply to `readCommand` or `peekCommand`. */
export class EntryRead implements NodeRequest {
  readonly name: string;
  readonly receiver: EntryReceiver;
  readonly node: LeaseGiver;
  #state: 'header' | 'payload' | 'foreign' | 'abandoned' = 'header';
  #sizeBytes = 0;
  #flags = '';
  /** The beginning of a header that came in pieces. */
  #partialHeader: Buffer | undefined;

  constructor(name: string, receiver: EntryReceiver, node: LeaseGiver) {
    this.name = name;
    this.receiver = receiver;
    this.node = node;
  }

  line(text: string): boolean {
    if (this.#state === 'abandoned') return true;
    const reason = text === 'EN' ? NO_ENTRY : new ReplyError(`The node answers "${text}" to a read.`);
    this.receiver.miss({ lease: 'refused', reason });
    return true;
  }

  value(sizeBytes: number, flags: string): void {
    this.#sizeBytes = sizeBytes - ENTRY_HEADER_BYTES;
    this.#flags = flags;
  }

  data(bytes: Buffer, start: number, end: number, slab: Slab): void {
    if (this.#state === 'header') start = this.#readHeader(bytes, start, end);
    if (this.#state === 'payload' && start < end) this.receiver.payload(bytes.subarray(start, end), slab);
  }

  valueEnd(): void {
    if (this.#state === 'payload') this.receiver.end();
    else if (this.#state === 'abandoned') this.#giveBack();
    else this.receiver.miss(this.#missOf(this.#partialHeader !== undefined || this.#state === 'foreign'));
  }

  late(error: Error): void {
    const { receiver } = this;
    const state = this.#state;
    this.#state = 'abandoned';
    if (state === 'payload') receiver.broken(error);
    else if (state !== 'abandoned') this.refuse(error);
  }

  failed(error: Error): void {
    if (this.#state !== 'payload') this.node.mayHaveLeased(this.name);
    this.late(error);
  }

  /** The node can't be asked, has failed or is late, and nothing of the entry has come. */
  refuse(reason: Error): void {
    this.receiver.miss({ lease: 'refused', reason });
  }

  /** @returns where the payload begins, or `end` */
  #readHeader(bytes: Buffer, start: number, end: number): number {
    const held = this.#partialHeader ?? NOTHING;
    const next = start + ENTRY_HEADER_BYTES - held.length;
    if (next > end) {
      this.#partialHeader = Buffer.concat([held, bytes.subarray(start, end)]);
      return end;
    }
    const header =
      held.length === 0
        ? decodeEntryHeader(bytes, start)
        : decodeEntryHeader(Buffer.concat([held, bytes.subarray(start, next)]));
    if (header === undefined || this.#sizeBytes <= 0) {
      this.#state = 'foreign';
    } else {
      this.#state = 'payload';
      this.receiver.hit(header, this.#sizeBytes);
    }
    return next;
  }

  /** Something that is no entry of ours, whose kind some later version may have written, is there to be overwritten. */
  #missOf(isForeign: boolean): Miss {
    const words = this.#flags.split(' ');
    const cas = words.find((word) => word.startsWith('c'))?.slice(1);
    return cas !== undefined && (isForeign || words.includes('W'))
      ? { lease: 'won', cas, node: this.node }
      : { lease: 'taken' };
  }

  /** A lease that came too late would keep others waiting. */
  #giveBack(): void {
    const miss = this.#missOf(false);
    if (miss.lease === 'won') void this.node.release(this.name, miss.cas).catch(() => {});
  }
}

const NOTHING = Buffer.alloc(0);
const NO_ENTRY = new Error('The node does not have the entry.');
