import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

describe('readConfig', () => {
  it('gives the embedded defaults for an empty environment', () => {
    expect(readConfig({})).toMatchObject({
      HOST: '127.0.0.1',
      PORT: 8080,
      DATA_DIR: resolve('data'),
      POOL_SIZE: 2,
      MAX_UPLOAD_MIB: 32,
      MAX_PIXELS: 100_000_000,
    });
  });

  it('takes an empty variable for an unset one', () => {
    expect(readConfig({ PORT: '', S3_BUCKET: '' }).PORT).toBe(8080);
  });

  it('reports all faults together, each by its name', () => {
    const faults = faultsOf({ PORT: '80a', POOL_SIZE: '0', MAX_PIXELS: '-1', DATABASE_URL: 'postgres://x' });
    expect(faults).toEqual([
      'PORT must be a whole number from 0 to 65535',
      'DATABASE_URL must look like mysql://user:password@host:3306/database',
      'POOL_SIZE must be a whole number from 1 to 200',
      'MAX_PIXELS must be a whole number from 1 to 1000000000',
    ]);
  });

  it('never repeats a value, which may be a secret', () => {
    expect(faultsOf({ DATABASE_URL: 'postgres://root:hunter2@db' }).join()).not.toContain('hunter2');
    expect(faultsOf({ AUTOSCALER_TOKEN: 'hunter2' })).toEqual([
      'AUTOSCALER_TOKEN must have at least 32 characters and no spaces',
    ]);
  });

  it('refuses a pool larger than its bound', () => {
    expect(faultsOf({ POOL_SIZE: '9' })).toEqual(['POOL_SIZE (9) must not be above POOL_MAX_NODES (8)']);
  });

  it('refuses settings of parts that this version does not have', () => {
    expect(faultsOf({ CLOUDWATCH_NAMESPACE: 'Shoal' })[0]).toMatch(
      /^CLOUDWATCH_NAMESPACE is not supported in this version/,
    );
  });

  it('reads where the bucket is', () => {
    expect(readConfig({ S3_BUCKET: 'photos' })).toMatchObject({ S3_BUCKET: 'photos', S3_PREFIX: '' });
    expect(readConfig({ S3_PREFIX: 'shoal/live' }).S3_PREFIX).toBe('shoal/live/');
    expect(readConfig({ S3_PREFIX: 'shoal/' }).S3_PREFIX).toBe('shoal/');
    expect(
      faultsOf({ S3_BUCKET: 'A', S3_PREFIX: '/x', AWS_REGION: 'Frankfurt', AWS_ENDPOINT_URL: 'host:1' }),
    ).toEqual([
      'S3_BUCKET must be the name of a bucket',
      'S3_PREFIX must be words of letters, digits, ".", "_" and "-", with "/" between them',
      'AWS_REGION must look like eu-central-1',
      'AWS_ENDPOINT_URL must look like https://host:port',
    ]);
  });

  it('reads the nodes that are given, and names what is wrong with them', () => {
    expect(readConfig({ CACHE_NODES: 'cache-1:11300' }).CACHE_NODES).toEqual([
      { label: 'cache-1:11300', address: { host: 'cache-1', port: 11300 } },
    ]);
    expect(readConfig({}).CACHE_NODES).toBeUndefined();
    expect(faultsOf({ CACHE_NODES: 'a:0,b,b', NODE_ORPHAN_S: '0' })).toEqual([
      'NODE_ORPHAN_S must be a whole number from 1 to 86400',
      'CACHE_NODES has "a:0" as part 1: want a port from 1 to 65535',
      'CACHE_NODES names b twice',
    ]);
  });

  it('reads where the nodes of a cluster are told, and refuses to be told the nodes twice', () => {
    expect(readConfig({ CACHE_DISCOVERY: 'cfg.example.org' }).CACHE_DISCOVERY).toEqual({
      host: 'cfg.example.org',
      port: 11211,
    });
    expect(faultsOf({ CACHE_DISCOVERY: 'a,b' })).toEqual(['CACHE_DISCOVERY must be one host:port']);
    expect(faultsOf({ CACHE_DISCOVERY: 'a:0' })).toHaveLength(1);
    expect(faultsOf({ CACHE_DISCOVERY: 'a', CACHE_NODES: 'b' })).toEqual([
      'CACHE_NODES and CACHE_DISCOVERY must not be set together: each says where cache nodes come from',
    ]);
  });

  it('refuses an address that others can reach, unless there is TLS in front or plain text is allowed', () => {
    for (const HOST of ['0.0.0.0', '::', '192.168.1.2', 'shoal.example', '1270.0.0.1']) {
      expect(faultsOf({ HOST })).toEqual([
        expect.stringMatching(/^HOST .* TRUSTED_PROXIES, or set ALLOW_PLAINTEXT=1/),
      ]);
      expect(readConfig({ HOST, TRUSTED_PROXIES: '10.0.0.0/8,::1' }).TRUSTED_PROXIES).toEqual([
        '10.0.0.0/8',
        '::1',
      ]);
      expect(readConfig({ HOST, ALLOW_PLAINTEXT: '1' }).HOST).toBe(HOST);
    }
    for (const HOST of ['127.0.0.1', '127.1.2.3', '::1', 'localhost'])
      expect(readConfig({ HOST }).HOST).toBe(HOST);
    expect(faultsOf({ TRUSTED_PROXIES: 'everybody' })).toHaveLength(1);
    expect(faultsOf({ TRUSTED_PROXIES: '10.0.0.0/33' })).toHaveLength(1);
  });
});

describe('the settings of EC2', () => {
  const WHOLE = {
    EC2_LAUNCH_TEMPLATE: 'shoal-node:3',
    EC2_RELEASE: 's3://shoal/releases/1.tar.gz',
    NODE_SECRET_PARAMETER: '/shoal/node-secret',
  };

  it('are read with their lists', () => {
    expect(
      readConfig({ ...WHOLE, EC2_SUBNETS: 'subnet-0a, subnet-0b', EC2_INSTANCE_TYPES: 'r7g.large' }),
    ).toMatchObject({
      ...WHOLE,
      EC2_SUBNETS: ['subnet-0a', 'subnet-0b'],
      EC2_INSTANCE_TYPES: ['r7g.large'],
      EC2_NODE_PORT: 11211,
      POOL_NAME: 'shoal',
    });
  });

  it('are wanted whole, and can not stand for the shell', () => {
    expect(faultsOf({ EC2_LAUNCH_TEMPLATE: 'lt-0a' })).toEqual([
      'EC2_LAUNCH_TEMPLATE needs EC2_RELEASE and NODE_SECRET_PARAMETER too',
    ]);
    expect(faultsOf({ ...WHOLE, EC2_RELEASE: 's3://a/$(reboot)' })).toEqual([
      'EC2_RELEASE must be s3://BUCKET/KEY',
    ]);
    expect(faultsOf({ ...WHOLE, EC2_SUBNETS: 'a' })).toEqual(['EC2_SUBNETS must be subnet-…,subnet-…']);
    expect(faultsOf({ ...WHOLE, CACHE_NODES: 'a' })).toHaveLength(1);
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
