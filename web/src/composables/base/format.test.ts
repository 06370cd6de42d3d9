import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration, formatList, formatShare } from './format.ts';

describe('formatBytes', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1.0 KiB'],
    [1536, '1.5 KiB'],
    [348_160, '340 KiB'],
    [1023 * 1024, '1.0 MiB'],
    [32 * 1024 * 1024, '32.0 MiB'],
    [5 * 1024 ** 4, '5.0 TiB'],
  ])('writes %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('formatShare', () => {
  it('has one decimal, and a dash for no data', () => {
    expect(formatShare(0.98765)).toBe('98.8 %');
    expect(formatShare(undefined)).toBe('–');
  });
});

describe('formatDuration', () => {
  it.each([
    [-5, '0 s'],
    [0.4, '0 s'],
    [59.4, '59 s'],
    [59.5, '1 min'],
    [3599, '59 min'],
    [3600, '1 h'],
    [4800, '1 h 20 min'],
    [86_400, '1 d'],
    [100_000, '1 d 3 h'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe('formatList', () => {
  it.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a, b and c'],
  ])('writes %j as %o', (names, text) => {
    expect(formatList(names)).toBe(text);
  });
});
