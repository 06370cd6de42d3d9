import type { Readable } from 'node:stream';

/** Bytes that have arrived whole in a file of their own, and are nobody's object yet. */
export interface StagedBytes {
  readonly path: string;
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** The folder in which uploads wait until they are known to be pictures. */
export interface Staging {
  /**
   * Writes a stream to a file, hashing on the way. Whatever fails, the file is removed and the stream destroyed.
   * @throws ShoalError PAYLOAD_TOO_LARGE as soon as the limit is passed; BAD_USER_INPUT when the stream breaks off or is empty;
   * UNAVAILABLE when the disk is full or refuses
   */
  stage(stream: Readable, options: { maxBytes: number; signal?: AbortSignal }): Promise<StagedBytes>;
  /** Removes a staged file; one that is gone is no error. */
  discard(staged: StagedBytes): Promise<void>;
}

/** Opens the folder and removes what a crash left in it. */
export async function openStaging(_options: { folder: string }): Promise<Staging> {
  throw new Error('Not built yet.');
}
