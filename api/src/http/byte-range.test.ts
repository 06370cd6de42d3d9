import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRange } from './byte-range.ts';

describe('parseRange of 1000 bytes', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 1 }],
    ['bytes=0-', { start: 0, end: 1000 }],
    ['bytes=10-19', { start: 10, end: 20 }],
    ['BYTES=10-19', { start: 10, end: 20 }],
    ['bytes= 10-19 ', { start: 10, end: 20 }],
    ['bytes=999-', { start: 999, end: 1000 }],
    ['bytes=990-5000', { start: 990, end: 1000 }],
    ['bytes=0-99999999999999999999999', { start: 0, end: 1000 }],
    ['bytes=-1', { start: 999, end: 1000 }],
    ['bytes=-1000', { start: 0, end: 1000 }],
    ['bytes=-5000', { start: 0, end: 1000 }],
    ['bytes=1000-', 'unsatisfiable'],
    ['bytes=99999999999999999999999-', 'unsatisfiable'],
    ['bytes=1000-2000', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=20-10', 'ignored'],
    ['bytes=-', 'ignored'],
    ['bytes=', 'ignored'],
    ['bytes=a-b', 'ignored'],
    ['bytes=0x1-2', 'ignored'],
    ['bytes=1.0-2', 'ignored'],
    ['bytes=--1', 'ignored'],
    ['bytes=0-1,5-6', 'ignored'],
    ['lines=0-1', 'ignored'],
    ['0-1', 'ignored'],
    ['', 'ignored'],
  ])('finds in "%s" %j', (header, expected) => {
    expect(parseRange(header, 1000)).toEqual(expected);
  });

  it('never leaves the body, whatever is sent', () => {
    const headers = fc.oneof(
      fc.string(),
      fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => `bytes=${a}-${b}`),
    );
    fc.assert(
      fc.property(headers, fc.integer({ min: 1, max: 10_000 }), (header, size) => {
        const range = parseRange(header, size);
        if (typeof range === 'string') return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeGreaterThan(range.start);
        expect(range.end).toBeLessThanOrEqual(size);
      }),
    );
  });
});
