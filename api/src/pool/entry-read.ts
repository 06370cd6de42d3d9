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

/**
 * What a reader that found no entry may do about it: `won`, it alone is to fill the entry and `cas` lets it; `taken`, somebody else
 * is at it; `refused`, the node has nothing to say and can't be filled.
 */
export type Miss =
  | { readonly lease: 'won'; readonly cas: string }
  | { readonly lease: 'taken' }
  | { readonly lease: 'refused'; readonly reason: Error };

/** How long a reader may take to fill an entry before another one gets the lease. */
const LEASE_SECONDS = 30;

/** Reads the value if it is there, else takes the lease if it is free (protocol.txt, "Meta Get": N, W and Z). */
export function readCommand(name: string): string {
  return `mg ${name} v c N${LEASE_SECONDS}\r\n`;
}

/** The reply to `readCommand`. */
export class EntryRead implements NodeRequest {
  readonly #receiver: EntryReceiver;
  #state: 'header' | 'payload' | 'foreign' = 'header';
  #sizeBytes = 0;
  #flags = '';
  /** The beginning of a header that came in pieces. */
  #partialHeader: Buffer | undefined;

  constructor(receiver: EntryReceiver) {
    this.#receiver = receiver;
  }

  line(text: string): boolean {
    this.#receiver.miss({
      lease: 'refused',
      reason: new ReplyError(`The node answers "${text}" to a read.`),
    });
    return true;
  }

  value(sizeBytes: number, flags: string): void {
    this.#sizeBytes = sizeBytes - ENTRY_HEADER_BYTES;
    this.#flags = flags;
  }

  data(bytes: Buffer, start: number, end: number, slab: Slab): void {
    if (this.#state === 'header') start = this.#readHeader(bytes, start, end);
    if (this.#state === 'payload' && start < end) this.#receiver.payload(bytes.subarray(start, end), slab);
  }

  valueEnd(): void {
    if (this.#state === 'payload') this.#receiver.end();
    else
      this.#receiver.miss(
        missOf(this.#flags, this.#partialHeader !== undefined || this.#state === 'foreign'),
      );
  }

  failed(error: Error): void {
    if (this.#state === 'payload') this.#receiver.broken(error);
    else this.#receiver.miss({ lease: 'refused', reason: error });
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
      this.#receiver.hit(header, this.#sizeBytes);
    }
    return next;
  }
}

const NOTHING = Buffer.alloc(0);

/** Something that is no entry of ours, whose kind some later version may have written, is there to be overwritten. */
function missOf(flags: string, isForeign: boolean): Miss {
  const words = flags.split(' ');
  const cas = words.find((word) => word.startsWith('c'))?.slice(1);
  return cas !== undefined && (isForeign || words.includes('W')) ? { lease: 'won', cas } : { lease: 'taken' };
}
