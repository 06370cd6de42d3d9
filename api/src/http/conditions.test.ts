import { expect, it } from 'vitest';
import { allowsRange, matchesNone } from './conditions.ts';

it.each([
  [undefined, false],
  ['"v1"', true],
  ['W/"v1"', true],
  ['*', true],
  [' * ', true],
  ['"v0", "v1"', true],
  ['"v0",W/"v1" ,"v2"', true],
  ['"v0", "v2"', false],
  ['"v1', false],
  ['v1', false],
  ['"v11"', false],
  ['"v1-640.avif"', false],
  ['', false],
])('If-None-Match %s names "v1": %s', (header, expected) => {
  expect(matchesNone(header, '"v1"')).toBe(expected);
});

it.each([
  [undefined, true],
  ['"v1"', true],
  ['W/"v1"', false],
  ['"v0"', false],
  ['Sun, 22 Nov 2026 10:00:00 GMT', false],
])('If-Range %s allows a range of "v1": %s', (header, expected) => {
  expect(allowsRange(header, '"v1"')).toBe(expected);
});
