import type { Readable } from 'node:stream';

/** Names one object: the version of a key. All versions of a key lie side by side, so that deleting a key finds them all. */
export interface ObjectName {
  /** MD5 of the key, 32 hexadecimal digits. */
  readonly keyHash: string;
  /** UUIDv7. */
  readonly version: string;
}

export interface StagedFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly contentType: string;
}

export interface ObjectBody {
  readonly sizeBytes: number;
  readonly contentType: string;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly stream: Readable;
}

/** Where the bytes of every version are kept. Written once, never changed, safely stored when `put` resolves. */
export interface ObjectStore {
  /** Stores the whole file or nothing, and takes the staged file over: it is gone afterwards. */
  put(name: ObjectName, file: StagedFile): Promise<void>;
  /** Absence is `undefined`; a store that can't be reached is a ShoalError UNAVAILABLE. The caller ends or destroys the stream. */
  get(name: ObjectName): Promise<ObjectBody | undefined>;
  /** The versions stored under a key. */
  versions(keyHash: string): Promise<string[]>;
  /** Removing what is not there is no error. */
  delete(names: readonly ObjectName[]): Promise<void>;
  /** Every object, in no particular order, for the sweeper. */
  list(): AsyncIterable<ObjectName & { storedAt: Date }>;
  /** Rejects with the reason while the store can't be used. */
  check(): Promise<void>;
}
