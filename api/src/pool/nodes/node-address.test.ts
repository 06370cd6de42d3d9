import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from './node-address.ts';

describe('the address of a node', () => {
  it.each([
    ['unix:/run/shoal/node-0.sock', { path: '/run/shoal/node-0.sock' }],
    ['cache-1.example:11211', { host: 'cache-1.example', port: 11211 }],
    ['[fe80::1]:11212', { host: 'fe80::1', port: 11212 }],
  ])('is written as %s and read again', (text, address) => {
    expect(formatAddress(address)).toBe(text);
    expect(parseAddress(text)).toEqual(address);
  });

  it.each(['', 'cache-1', '::1:11211', 'cache-1:port', ':11211'])('is not %j', (text) => {
    expect(() => parseAddress(text)).toThrow(/want unix:PATH or host:port/);
  });
});
