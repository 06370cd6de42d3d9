/**
 * What a node holds under an entry's name: a header of 34 bytes, then the payload.
 *
 * | bytes | meaning |
 * |---|---|
 * | 0 | format of the header: 1 |
 * | 1 | content type, an index into the list below |
 * | 2 to 33 | SHA-256 of the payload |
 *
 * The content type is also the entry's client flags, so that its kind and size can be asked for without its bytes.
 */
export interface EntryHeader {
  readonly contentType: string;
  /** 32 bytes. */
  readonly sha256: Buffer;
}

export const ENTRY_HEADER_BYTES = 34;

const FORMAT = 1;
const SHA256_OFFSET = 2;

/** The index is on the wire: only ever append. */
const CONTENT_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif'] as const;

/** @throws RangeError for a content type that no entry can have */
export function encodeEntryHeader({ contentType, sha256 }: EntryHeader): Buffer {
  const header = Buffer.alloc(ENTRY_HEADER_BYTES);
  header[0] = FORMAT;
  header[1] = contentTypeCode(contentType);
  sha256.copy(header, SHA256_OFFSET);
  return header;
}

/** Reads the header at the front of `bytes`, which must hold it whole. A format that we don't know is `undefined`. */
export function decodeEntryHeader(bytes: Buffer): EntryHeader | undefined {
  if (bytes[0] !== FORMAT) return undefined;
  const contentType = contentTypeOfCode(bytes[1]!);
  if (contentType === undefined) return undefined;
  // A copy: the header outlives the buffer that the socket will read into again.
  return { contentType, sha256: Buffer.from(bytes.subarray(SHA256_OFFSET, ENTRY_HEADER_BYTES)) };
}

/** @throws RangeError for a content type that no entry can have */
export function contentTypeCode(contentType: string): number {
  const code = CONTENT_TYPES.findIndex((known) => known === contentType);
  if (code < 0) throw new RangeError(`${contentType} has no code: add it to the list of content types of entries`);
  return code;
}

export function contentTypeOfCode(code: number): string | undefined {
  return CONTENT_TYPES[code];
}
