import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const MIB = 1024 * 1024;

describe('the command line', () => {
  it.each([
    ['-p 11300', { port: 11300 }],
    ['-m 256 -I 2m', { capacityBytes: 256 * MIB, itemSizeMax: 2 * MIB }],
    ['-I 512k', { itemSizeMax: 512 * 1024 }],
    ['--port=11300 --memory-limit 128', { port: 11300, capacityBytes: 128 * MIB }],
    ['-vv', { verbosity: 2 }],
    ['-MCF', { canEvict: false, hasCas: false, canFlush: false }],
    ['-p11300', { port: 11300 }],
    ['-o idle_timeout=5,exit_with_parent', { idleTimeoutSeconds: 5, exitsWithParent: true }],
    ['-o orphan_timeout=60', { orphanTimeoutSeconds: 60 }],
    ['--policy sieve --max-items 7', { policy: 'sieve', maxItems: 7 }],
    ['-m 4', { itemSizeMax: 2 * MIB }],
    [
      '',
      { port: 11211, orphanTimeoutSeconds: 0, capacityBytes: 64 * MIB, itemSizeMax: 32 * MIB, policy: 'lru' },
    ],
  ])('%s', (text, wanted) => {
    const result = readConfig(text.split(' ').filter((word) => word !== ''));
    expect(result).toMatchObject({ kind: 'config', config: wanted });
  });

  it('names the addresses to listen on', () => {
    const result = readConfig(['-l', '127.0.0.1,[::1]:11300', '-l', 'localhost:5']);
    expect(
      result.kind === 'config' && result.config.interfaces.map(({ host, port }) => [host, port]),
    ).toEqual([
      ['127.0.0.1', undefined],
      ['::1', 11300],
      ['localhost', 5],
    ]);
  });

  it.each(['', '=', '=0', '=86401', '=1.5', '=soon'])('refuses orphan_timeout%s', (value) => {
    const result = readConfig(['-o', `orphan_timeout${value}`]);
    expect(result.kind === 'faults' && result.faults[0]).toMatch(/want a number of seconds from 1 to 86400/);
  });

  it('reports all faults together', () => {
    const result = readConfig([
      '-q',
      '-m',
      'x',
      '-o',
      'nonsense',
      '--policy',
      'best',
      '--what',
      '-I',
      '1',
      '-p',
    ]);
    expect(result.kind === 'faults' && result.faults).toHaveLength(7);
  });
});
