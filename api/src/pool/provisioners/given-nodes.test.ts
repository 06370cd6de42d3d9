import { describe, expect, it } from 'vitest';
import { parseGivenNodes } from './given-nodes.ts';

describe('the nodes that are given', () => {
  it.each([
    ['cache-1:11300', 'cache-1:11300', { host: 'cache-1', port: 11300 }],
    ['cache-1', 'cache-1', { host: 'cache-1', port: 11211 }],
    ['cache-1.example.org:11211', 'cache-1.example.org', { host: 'cache-1.example.org', port: 11211 }],
    ['10.0.0.7:1', '10.0.0.7:1', { host: '10.0.0.7', port: 1 }],
    ['[fe80::7]:11300', 'fe80::7:11300', { host: 'fe80::7', port: 11300 }],
    ['[::1]', '::1', { host: '::1', port: 11211 }],
    ['unix:/run/a b.sock', 'unix:/run/a b.sock', { path: '/run/a b.sock' }],
  ])('%s is %s on the ring', (text, label, address) => {
    expect(parseGivenNodes(text)).toEqual({ nodes: [{ label, address }] });
  });

  it('come in their order, with or without space', () => {
    expect(parseGivenNodes('b:2, a:1 ,unix:/C,unix:/c')).toMatchObject({
      nodes: [{ label: 'b:2' }, { label: 'a:1' }, { label: 'unix:/C' }, { label: 'unix:/c' }],
    });
  });

  it.each([
    ['a:1,,b:2', 'has "" as part 2: want host:port between commas'],
    ['a:1,', 'has "" as part 2: want host:port between commas'],
    ['a:0', 'has "a:0" as part 1: want a port from 1 to 65535'],
    ['a:65536', 'has "a:65536" as part 1: want a port from 1 to 65535'],
    ['a:', 'has "a:" as part 1: want a port from 1 to 65535'],
    ['a:1:2', 'has "a:1:2" as part 1: want host:port, [IPv6 address]:port or unix:PATH'],
    ['http://a:1', 'has "http://a:1" as part 1: want host:port, [IPv6 address]:port or unix:PATH'],
    ['a b:1', 'has "a b:1" as part 1: want host:port, [IPv6 address]:port or unix:PATH'],
    ['::1', 'has "::1" as part 1: write an IPv6 address in brackets, as in [::1]:11211'],
    ['[1.2.3.4]:5', 'has "[1.2.3.4]:5" as part 1: 1.2.3.4 is no IPv6 address'],
    ['unix:a.sock', 'has "unix:a.sock" as part 1: want an absolute path of at most 107 bytes'],
    ['a:1,b:2,a:1', 'names a:1 twice'],
    ['a,A:11211', 'names A:11211 twice'],
  ])('can not be %s', (text, fault) => {
    expect(parseGivenNodes(text)).toEqual({ faults: [fault] });
  });

  it('are refused with all faults together', () => {
    expect(parseGivenNodes('a:0,b:1,b:1,')).toMatchObject({ faults: { length: 3 } });
  });
});
