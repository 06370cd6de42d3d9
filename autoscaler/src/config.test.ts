import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const TOKEN = 'hunter2'.repeat(5);

describe('readConfig', () => {
  it('gives defaults for an empty environment, and takes an empty variable for an unset one', () => {
    const defaults = { DATA_DIR: resolve('data'), AUTOSCALER_INTERVAL_S: 60, LOG_LEVEL: 'warn' };
    expect(readConfig({})).toEqual(defaults);
    expect(readConfig({ SHOAL_URL: '', AUTOSCALER_TOKEN: '', AUTOSCALER_INTERVAL_S: '' })).toEqual(defaults);
  });

  it.each([
    ['SHOAL_URL', 'http://10.0.0.1:8080/', 'http://10.0.0.1:8080'],
    ['SHOAL_URL', 'https://shoal.example/base//', 'https://shoal.example/base'],
    ['AUTOSCALER_TOKEN', TOKEN, TOKEN],
    ['AUTOSCALER_INTERVAL_S', '1', 1],
    ['AUTOSCALER_INTERVAL_S', '3600', 3600],
    ['DATA_DIR', '/var/lib/shoal', '/var/lib/shoal'],
    ['LOG_LEVEL', 'silent', 'silent'],
  ] as const)('reads %s=%s', (name, text, value) => {
    expect(readConfig({ [name]: text })[name]).toBe(value);
  });

  it.each([
    ['SHOAL_URL', 'localhost:8080', 'SHOAL_URL must look like http://127.0.0.1:8080'],
    ['SHOAL_URL', 'ftp://x', 'SHOAL_URL must look like http://127.0.0.1:8080'],
    ['AUTOSCALER_TOKEN', 'hunter2', 'AUTOSCALER_TOKEN must have at least 32 characters and no spaces'],
    ['AUTOSCALER_INTERVAL_S', '0', 'AUTOSCALER_INTERVAL_S must be a whole number from 1 to 3600'],
    ['AUTOSCALER_INTERVAL_S', '3601', 'AUTOSCALER_INTERVAL_S must be a whole number from 1 to 3600'],
    ['AUTOSCALER_INTERVAL_S', '1.5', 'AUTOSCALER_INTERVAL_S must be a whole number from 1 to 3600'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL must be one of fatal, error, warn, info, debug and silent'],
  ])('refuses %s=%s', (name, text, fault) => {
    expect(faultsOf({ [name]: text })).toEqual([fault]);
  });

  it('reports all faults together, and no value, which may be a secret', () => {
    const faults = faultsOf({ SHOAL_URL: 'x', AUTOSCALER_TOKEN: `${TOKEN} `, AUTOSCALER_INTERVAL_S: 'soon' });
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'SHOAL_URL',
      'AUTOSCALER_TOKEN',
      'AUTOSCALER_INTERVAL_S',
    ]);
    expect(faults.join()).not.toContain('hunter2');
  });
});

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}
