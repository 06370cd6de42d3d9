import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys, keyFault, splitKey } from './image-key.ts';

describe('keyFault', () => {
  it.each([
    ['a plain name', 'cat.jpg'],
    ['slashes, dots, questions and percents', 'a/../b?c=%2F#d'],
    ['emoji', '🐟🐟'],
    ['200 characters beyond the basic plane', '🐟'.repeat(200)],
    ['decomposed text that is short enough once composed', 'e\u0301'.repeat(200)],
  ])('accepts %s', (_name, key) => {
    expect(keyFault(key)).toBeUndefined();
  });

  it.each([
    ['nothing', '', 'empty'],
    ['201 characters', 'x'.repeat(201), '201 characters'],
    ['a leading space', ' cat', 'space'],
    ['a trailing ideographic space', 'cat\u3000', 'space'],
    ['a line break', 'a\nb', 'control'],
    ['half a surrogate pair', 'a\ud83d', 'half'],
  ])('refuses %s', (_name, key, fault) => {
    expect(keyFault(key)).toContain(fault);
  });
});

describe('splitKey', () => {
  it.each([
    ['cat.jpg', '', 'cat.jpg'],
    ['a/b/c.jpg', 'a/b/', 'c.jpg'],
    ['a/b/', 'a/', 'b/'],
    ['/', '', '/'],
    ['/x', '/', 'x'],
  ])('splits %s', (key, folder, name) => {
    expect(splitKey(key)).toEqual({ folder, name });
  });
});

describe('compareKeys', () => {
  it('orders like code points, also where UTF-16 units would not', () => {
    expect(compareKeys('\u{1F41F}', '\uFF5E')).toBeGreaterThan(0);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (left, right) => {
        expect(Math.sign(compareKeys(left, right))).toBe(Math.sign(compareByCodePoints(left, right)));
      }),
    );
  });
});

function compareByCodePoints(left: string, right: string): number {
  const [a, b] = [[...left], [...right]];
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const difference = a[at]!.codePointAt(0)! - b[at]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
