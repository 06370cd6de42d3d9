import { describe, expect, it } from 'vitest';
import {
  contentTypeCode,
  contentTypeOfCode,
  decodeEntryHeader,
  ENTRY_HEADER_BYTES,
  encodeEntryHeader,
} from './entry.ts';

const sha256 = '0123456789abcdef'.repeat(4);

describe('the header of an entry', () => {
  it.each(['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif'])(
    'keeps %s and the sum',
    (contentType) => {
      const header = encodeEntryHeader({ contentType, sha256 });
      expect(header).toHaveLength(ENTRY_HEADER_BYTES);
      expect(decodeEntryHeader(Buffer.concat([Buffer.from('xyz'), header]), 3)).toEqual({
        contentType,
        sha256,
      });
      expect(contentTypeOfCode(contentTypeCode(contentType))).toBe(contentType);
    },
  );

  it('does not change on the wire', () => {
    expect(encodeEntryHeader({ contentType: 'image/png', sha256 }).toString('hex')).toBe(`0101${sha256}`);
  });

  it.each([
    ['another format', [2, 0]],
    ['a content type that it does not know', [1, 99]],
  ])('is not read when it has %s', (_, start) => {
    expect(decodeEntryHeader(Buffer.concat([Buffer.from(start), Buffer.alloc(32)]))).toBeUndefined();
  });

  it('refuses a content type that no image has', () => {
    expect(() => contentTypeCode('text/html')).toThrow(RangeError);
  });
});
