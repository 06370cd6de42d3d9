import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import Memcached from 'memcached';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHere } from './start.ts';

const run = promisify(execFile);
const MEMCCAPABLE = '/usr/bin/memccapable';
const PYTHON = '/usr/bin/python3';

let node: Awaited<ReturnType<typeof startHere>>;
let port: string;

beforeAll(async () => {
  node = await startHere('-m', '64');
  port = node.address.slice(node.address.lastIndexOf(':') + 1);
});

afterAll(async () => await node.drain());

async function canImport(name: string): Promise<boolean> {
  return (
    existsSync(PYTHON) &&
    (await run(PYTHON, ['-c', `import ${name}`]).then(
      () => true,
      () => false,
    ))
  );
}

describe('clients of memcached', () => {
  it.skipIf(!existsSync(MEMCCAPABLE))(
    'memccapable -a finds nothing missing',
    { timeout: 60_000 },
    async () => {
      const { stdout } = await run(MEMCCAPABLE, ['-a', '-h', '127.0.0.1', '-p', port]);
      expect(stdout.match(/\[pass\]/g)).toHaveLength(27);
    },
  );

  it('memcached from npm stores and reads', async () => {
    const client = new Memcached(`127.0.0.1:${port}`);
    const set = promisify(client.set.bind(client));
    const get = promisify(client.get.bind(client));
    const incr = promisify(client.incr.bind(client));
    await set('object', { a: [1, 2] }, 60);
    expect(await get('object')).toEqual({ a: [1, 2] });
    await set('bytes', Buffer.alloc(100_000, 7), 60);
    expect(await get('bytes')).toEqual(Buffer.alloc(100_000, 7));
    await set('count', 41, 60);
    expect(await incr('count', 1)).toBe(42);
    client.end();
  });

  it('pymemcache stores and reads', async ({ skip }) => {
    if (!(await canImport('pymemcache'))) skip('python3-pymemcache is not installed');
    const { stdout } = await run(PYTHON, ['-c', PYMEMCACHE, port]);
    expect(stdout.trim()).toBe('ok');
  });

  it('pylibmc stores and reads', async ({ skip }) => {
    if (!(await canImport('pylibmc'))) skip('python3-pylibmc is not installed');
    const { stdout } = await run(PYTHON, ['-c', PYLIBMC, port]);
    expect(stdout.trim()).toBe('ok');
  });
});

const PYMEMCACHE = `
import sys
from pymemcache.client.base import Client
client = Client(('127.0.0.1', int(sys.argv[1])))
assert client.set('py', b'x' * 200000) and client.get('py') == b'x' * 200000
value, cas = client.gets('py')
assert client.cas('py', b'y', cas) is True and client.cas('py', b'z', cas) is False
assert client.set('n', b'1') and client.incr('n', 4) == 5
assert client.get_many(['py', 'none', 'n']) == {'py': b'y', 'n': b'5'}
assert client.touch('n', 10) and client.delete('n') and client.get('n') is None
assert client.stats()[b'pid']
print('ok')
`;

const PYLIBMC = `
import sys, pylibmc
client = pylibmc.Client(['127.0.0.1:' + sys.argv[1]], behaviors={'cas': True, 'tcp_nodelay': True})
assert client.set('lib', 'x' * 100000) and client.get('lib') == 'x' * 100000
value, cas = client.gets('lib')
assert client.cas('lib', 'y', cas)
assert client.set_multi({'a': 1, 'b': 2}) == [] and client.get_multi(['a', 'b', 'c']) == {'a': 1, 'b': 2}
assert client.incr('a', 2) == 3 and client.delete('a')
print('ok')
`;
