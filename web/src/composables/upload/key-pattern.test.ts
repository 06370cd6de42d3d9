import { describe, expect, it } from 'vitest';
import { fillPattern, PLAIN_PATTERN } from './key-pattern.ts';

const file = { path: 'sea/$&.jpg', day: new Date(2026, 0, 9, 23) };

describe('fillPattern', () => {
  it.each([
    [PLAIN_PATTERN, 'sea/$&.jpg'],
    ['holiday/{name}', 'holiday/sea/$&.jpg'],
    ['{date}/{name}', '2026-01-09/sea/$&.jpg'],
    ['{date}-{date}', '2026-01-09-2026-01-09'],
    ['{what}', '{what}'],
  ])('fills %s', (pattern, key) => {
    expect(fillPattern(pattern, file)).toBe(key);
  });
});
