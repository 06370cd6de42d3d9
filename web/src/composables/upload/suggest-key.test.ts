import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyFault } from '../image/image-key.ts';
import { freeKey, pastedName, suggestKey } from './suggest-key.ts';

const nothingTaken = (): boolean => false;

describe('suggestKey', () => {
  it.each([
    ['keeps a good name', 'cat.jpg', 'cat.jpg'],
    ['keeps the folders', 'holiday/cat.jpg', 'holiday/cat.jpg'],
    ['composes what macOS decomposes', 'Cafe\u0301.png', 'Café.png'],
    ['takes out control characters and outer spaces', ' a\tb\n.png ', 'a b .png'],
    ['falls back when nothing is left', '\n', 'image'],
  ])('%s', (_name, path, key) => {
    expect(suggestKey(path, nothingTaken)).toBe(key);
  });

  it('shortens the stem and keeps the extension', () => {
    const key = suggestKey(`${'🐟'.repeat(300)}.jpeg`, nothingTaken);
    expect([...key]).toHaveLength(200);
    expect(key.endsWith('🐟.jpeg')).toBe(true);
  });

  it('always proposes a legal key that is free', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(3), (path, takenCount) => {
        const taken = new Set<string>();
        for (let round = 0; round <= takenCount; round++) {
          const key = suggestKey(path, (candidate) => taken.has(candidate));
          expect(keyFault(key)).toBeUndefined();
          expect(taken).not.toContain(key);
          taken.add(key);
        }
      }),
    );
  });
});

describe('freeKey', () => {
  it('counts on behind the highest number that is taken', () => {
    const taken = new Set(['cat.jpg', 'cat-2.jpg']);
    expect(freeKey('cat.jpg', (key) => taken.has(key))).toBe('cat-3.jpg');
    expect(freeKey('cat-2.jpg', (key) => taken.has(key))).toBe('cat-3.jpg');
  });
});

describe('pastedName', () => {
  it('carries the local time and the extension', () => {
    expect(pastedName({ name: 'image.png' }, new Date(2026, 10, 2, 9, 4, 5))).toBe(
      'pasted-2026-11-02-090405.png',
    );
  });
});
