import { describe, expect, it } from 'vitest';
import { type Config, readConfig } from './config.ts';

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

  it('takes options for TLS, with -Z', () => {
    const files = 'ssl_chain_cert=a.pem,ssl_key=a.key';
    const { tls, interfaces } = config('-Z', '-o', files, '-l', 'notls:127.0.0.1:5,[::1]:6');
    expect(tls).toMatchObject({ certificate: 'a.pem', key: 'a.key', verifyMode: 0, minVersion: 'TLSv1.2' });
    expect(interfaces.map(({ host, port, isPlain }) => [host, port, isPlain])).toEqual([
      ['127.0.0.1', 5, true],
      ['::1', 6, false],
    ]);
    expect(config('-o', files).tls).toBeUndefined();
  });

  it.each([
    ['-Z', /want -o ssl_chain_cert=FILE,ssl_key=FILE/],
    ['-Z -o ssl_chain_cert=a,ssl_key=b,ssl_verify_mode=2', /want ssl_ca_cert=FILE too/],
    ['-Z -o ssl_chain_cert=a,ssl_key=b,ssl_verify_mode=4', /want 0 to 3/],
    ['-Z -o ssl_chain_cert=a,ssl_key=b,ssl_min_version=1', /want 2 .* or 3/],
    ['-l notls:127.0.0.1', /without -Z/],
  ])('refuses %s', (text, fault) => {
    const result = readConfig(text.split(' '));
    expect(result.kind === 'faults' && result.faults[0]).toMatch(fault);
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

function config(...argv: string[]): Config {
  const result = readConfig(argv);
  if (result.kind !== 'config') throw new Error(JSON.stringify(result));
  return result.config;
}
