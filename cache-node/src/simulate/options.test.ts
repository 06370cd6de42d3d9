import { describe, expect, test } from 'vitest';
import { policyNames } from '../policies/policies.ts';
import { parseOptions, UsageError } from './options.ts';

describe('the command line of simulate', () => {
  test('names policies, capacities and a trace', () => {
    expect(parseOptions(['--policy', 'lru,s3-fifo', '--bytes', '64MiB,1.5kB', 'a.csv', '--json'])).toEqual({
      task: 'replay',
      source: { kind: 'file', path: 'a.csv' },
      policies: ['lru', 's3-fifo'],
      capacitiesBytes: [67_108_864, 1500],
      seed: 1,
      isJson: true,
    });
  });

  test('takes all policies unless told, and a generated trace', () => {
    const options = parseOptions([
      '--bytes=1GiB',
      '--synthetic',
      'drift',
      '--requests',
      '10',
      '--keys',
      '5',
      '--seed=0',
    ]);
    expect(options).toMatchObject({
      source: { kind: 'synthetic', name: 'drift', requests: 10, keys: 5, seed: 0 },
      policies: policyNames,
    });
  });

  test('writes a generated trace without a capacity', () => {
    const options = parseOptions(['--synthetic', 'scans', '--write', 'scans.csv.gz']);
    expect(options).toMatchObject({ task: 'write', path: 'scans.csv.gz', source: { requests: 1_000_000 } });
  });

  test.each<[string, number]>([
    ['1000', 1000],
    ['1000B', 1000],
    ['1k', 1000],
    ['1KiB', 1024],
    ['2mb', 2_000_000],
    ['0.5GiB', 536_870_912],
    ['1TiB', 1_099_511_627_776],
  ])('reads %s as %i bytes', (text, bytes) => {
    expect(parseOptions(['--bytes', text, 'a.csv'])).toMatchObject({ capacitiesBytes: [bytes] });
  });

  test.each<[string, RegExp]>([
    ['--polcy lru a.csv', /Unknown option '--polcy'; --help lists/],
    ['--bytes', /--bytes <value>' argument missing/],
    ['a.csv', /add --bytes, as in/],
    ['--bytes 1MiB', /no trace: name a file/],
    ['--bytes 1MiB a.csv b.csv', /leave out b.csv/],
    ['--bytes 1MiB --policy lru, a.csv', /no policy "": choose from lru,/],
    ['--bytes 1MiB --policy LRU a.csv', /no policy "LRU": choose from lru,/],
    ['--bytes 0 a.csv', /"0" is no capacity: write bytes, as/],
    ['--bytes 12XB a.csv', /"12XB" is no capacity/],
    ['--bytes 64MiB, a.csv', /"" is no capacity/],
    ['--bytes 1MiB --synthetic zipf', /no synthetic trace "zipf": choose from scans, drift, images/],
    ['--bytes 1MiB --synthetic scans a.csv', /leave one of them out/],
    ['--bytes 1MiB --keys 10 a.csv', /--keys is for generated traces: add --synthetic/],
    ['--bytes 1MiB --synthetic scans --keys 0', /--keys 0: write a whole number from 1/],
    ['--write b.csv a.csv', /add --synthetic/],
  ])('refuses %s and says what to do', (args, message) => {
    expect(() => parseOptions(args.split(' '))).toThrow(message);
    expect(() => parseOptions(args.split(' '))).toThrow(UsageError);
  });
});
