import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReplyError, ReplyParser } from './reply-parser.ts';

const transcript = Buffer.from(
  [
    'EN\r\n',
    'VA 5 c12\r\nhe\r\no\r\n',
    'VA 0 c13 W\r\n\r\n',
    'VA 0 c13 Z\r\n\r\n',
    'HD s20 f3\r\n',
    'STAT curr_items 12\r\nEND\r\n',
    'VA 3\r\nabc\r\n',
    'MN\r\n',
    'SERVER_ERROR object too large for cache\n',
  ].join(''),
  'latin1',
);

const expected = [
  'line EN',
  'value 5 (c12)',
  'data he\r\no',
  'end',
  'value 0 (c13 W)',
  'end',
  'value 0 (c13 Z)',
  'end',
  'line HD s20 f3',
  'line STAT curr_items 12',
  'line END',
  'value 3 ()',
  'data abc',
  'end',
  'line MN',
  'line SERVER_ERROR object too large for cache',
];

describe('ReplyParser', () => {
  it('reads a whole transcript', () => {
    expect(parse([transcript])).toEqual(expected);
  });

  it('finds the same however the bytes are cut, and may lose them after each push', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(transcript.length), { maxLength: 20 }), (cuts) => {
        expect(parse(cutAt(cuts))).toEqual(expected);
      }),
    );
  });

  it('looks no further than it is told', () => {
    const seen: string[] = [];
    const parser = new ReplyParser(recorder(seen));
    parser.push(Buffer.from('MN\r\nEN\r\n'), 4);
    parser.push(Buffer.from('E_\r\n'), 1);
    parser.push(Buffer.from('N\r\n'));
    expect(seen).toEqual(['line MN', 'line EN']);
  });

  it.each([
    ['a value that is longer than announced', 'VA 2\r\nabc\r\n'],
    ['a value without a size', 'VA x\r\n'],
    ['a line that does not end', 'x'.repeat(3000)],
  ])('refuses %s', (_, text) => {
    expect(() => parse([Buffer.from(text)])).toThrow(ReplyError);
  });
});

function cutAt(cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.toSorted((a, b) => a - b), transcript.length];
  return places.slice(1).map((place, i) => transcript.subarray(places[i], place));
}

function parse(pieces: readonly Buffer[]): string[] {
  const seen: string[] = [];
  const parser = new ReplyParser(recorder(seen));
  for (const piece of pieces) {
    const borrowed = Buffer.from(piece);
    parser.push(borrowed);
    borrowed.fill(0);
  }
  return seen;
}

function recorder(seen: string[]) {
  let value = '';
  return {
    line: (text: string) => void seen.push(`line ${text}`),
    value: (sizeBytes: number, flags: string) => void seen.push(`value ${sizeBytes} (${flags})`),
    data: (bytes: Buffer, start: number, end: number) => {
      expect(end).toBeGreaterThan(start);
      value += bytes.toString('latin1', start, end);
    },
    valueEnd: () => {
      if (value !== '') seen.push(`data ${value}`);
      seen.push('end');
      value = '';
    },
  };
}
