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
  /** Hexadecimal. */
  readonly sha256: string;
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
  header.write(sha256, SHA256_OFFSET, 'hex');
  return header;
}

/** Reads the header that is whole at `offset`. A format that we don't know is `undefined`. */
export function decodeEntryHeader(bytes: Buffer, offset = 0): EntryHeader | undefined {
  if (bytes[offset] !== FORMAT) return undefined;
  const contentType = CONTENT_TYPES[bytes[offset + 1]!];
  if (contentType === undefined) return undefined;
  return { contentType, sha256: bytes.toString('hex', offset + SHA256_OFFSET, offset + ENTRY_HEADER_BYTES) };
}

/** @throws RangeError for a content type that no entry can have */
export function contentTypeCode(contentType: string): number {
  const code = CONTENT_TYPES.findIndex((known) => known === contentType);
  if (code < 0)
    throw new RangeError(`${contentType} has no code: add it to the list of content types of entries`);
  return code;
}

export function contentTypeOfCode(code: number): string | undefined {
  return CONTENT_TYPES[code];
}
