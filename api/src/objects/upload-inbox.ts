import type { Readable } from 'node:stream';

/** Bytes that somebody is going to send by a request of their own, past the GraphQL API. */
export interface OfferedUpload {
  /** UUIDv7. */
  readonly id: string;
  readonly sizeBytes: number;
  readonly contentType: string;
  /** Hexadecimal. */
  readonly sha256: string;
  /** No request may begin later. */
  readonly expiresAt: Date;
}

/** The one request that brings the bytes. It needs no other authority than this. */
export interface UploadTarget {
  /** Absolute, or a path on the server that has offered it. */
  readonly url: string;
  readonly method: 'PUT';
  /** To be sent as they are. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Where bytes wait that were sent directly, until they are checked. What has arrived once is never overwritten. */
export interface UploadInbox {
  offer(upload: OfferedUpload): Promise<UploadTarget>;
  /** The bytes that have arrived whole, `undefined` before that. The caller ends or destroys the stream. */
  open(id: string): Promise<Readable | undefined>;
  /** Removing what is not there is no error. */
  remove(id: string): Promise<void>;
  /** Removes what has arrived before a time, for the sweeper. */
  sweep(before: Date): Promise<void>;
}
