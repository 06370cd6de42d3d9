import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from './image-cursor.ts';

const version = '01a202c9-4ddc-7e03-96a2-1092b1ee3500';

describe('a cursor', () => {
  it.each(['a', 'ä/😀 b', 'k', '..'])('leads back to the key %s', (key) => {
    expect(decodeCursor(encodeCursor({ key }), 'key')).toEqual({ key });
  });

  it('leads back to the version', () => {
    expect(decodeCursor(encodeCursor({ version }), 'version')).toEqual({ version });
  });

  it.each([
    ['nothing', '', 'key'],
    ['an empty key', encodeCursor({ key: '' }), 'key'],
    ['a cursor of the other order', encodeCursor({ version }), 'key'],
    ['a cursor of the other order', encodeCursor({ key: 'a' }), 'version'],
    ['a version that is none', encodeCursor({ version: 'x' }), 'version'],
    ['bytes that are not UTF-8', 'a_8A', 'key'],
    ['other padding', `${encodeCursor({ key: 'a' })}==`, 'key'],
    ['a text that is no base64url', 'k a', 'key'],
  ] as const)('is refused when it is %s', (_name, cursor, by) => {
    expect(() => decodeCursor(cursor, by)).toThrow('not a cursor of this list');
  });
});
