import { describe, expect, it } from 'vitest';
import { addUint64, parseInt32, parseUint32, parseUint64, subtractUint64 } from './numbers.ts';

const on = <T>(parse: (bytes: Buffer, start: number, end: number) => T, text: string): T =>
  parse(Buffer.from(`<${text}>`), 1, text.length + 1);

describe('numbers in a request', () => {
  it.each([
    ['0', 0],
    ['-1', -1],
    ['+7', 7],
    ['2147483648', -2147483648],
    ['4294967296', 0],
    ['9223372036854775807', -1],
    ['9223372036854775808', undefined],
    ['', undefined],
    ['-', undefined],
    ['1x', undefined],
    ['1\tx', 1],
  ])('%j is %s with a sign', (text, number) => expect(on(parseInt32, text)).toBe(number));

  it.each([
    ['4294967295', 4294967295],
    ['4294967296', 0],
    ['-1', undefined],
    ['18446744073709551615', 4294967295],
    ['18446744073709551616', undefined],
  ])('%j is %s without', (text, number) => expect(on(parseUint32, text)).toBe(number));

  it.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['18446744073709551615', 18446744073709551615n],
    ['18446744073709551616', undefined],
    ['-1', undefined],
  ])('%j is exactly %s', (text, number) => expect(on(parseUint64, text)).toBe(number));

  it('add up in 64 bits and wrap round', () => {
    expect(addUint64(18446744073709551615n, 1)).toBe(0);
    expect(addUint64(9007199254740991, 2)).toBe(9007199254740993n);
  });

  it('do not go below 0', () => {
    expect(subtractUint64(5, 7)).toBe(0);
    expect(subtractUint64(9007199254740993n, 2)).toBe(9007199254740991);
  });
});
