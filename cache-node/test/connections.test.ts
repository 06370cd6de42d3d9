import { afterEach, describe, expect, it } from 'vitest';
import type { RunningNode } from '../src/start-node.ts';
import { startHere } from './start.ts';
import { Wire } from './wire.ts';

const MIB = 1024 * 1024;
let nodes: RunningNode[] = [];

async function start(...flags: string[]): Promise<RunningNode & { address: string }> {
  const running = await startHere(...flags);
  nodes.push(running);
  return running;
}

afterEach(async () => {
  for (const { drain } of nodes) await drain();
  nodes = [];
});

describe('a client that never reads', () => {
  it('is not read from any more, and costs bounded memory', async () => {
    const { address, node } = await start('-m', '64');
    const other = await Wire.open(address);
    await other.ask(
      `set big 0 0 ${MIB}\r\n${'x'.repeat(MIB)}\r\nset small 0 0 3000\r\n${'y'.repeat(3000)}\r\n`,
    );
    const deaf = await Wire.open(address);
    deaf.socket.pause();
    const before = process.memoryUsage().rss;
    let isHeld = false;
    for (let round = 0; round < 2000 && !isHeld; round++) {
      isHeld = !deaf.socket.write('get big small small small\r\n'.repeat(100));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(isHeld).toBe(true);
    expect(node.counters.bytes_written).toBeLessThan(32 * MIB);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * MIB);
    expect(await other.ask('version\r\n')).toMatch(/^VERSION/);
    deaf.close();
    other.close();
  });

  it('gets it all once it reads', async () => {
    const { address } = await start('-m', '64');
    const wire = await Wire.open(address);
    const value = 'abcdefgh'.repeat(40_000);
    await wire.ask(`set big 0 0 ${value.length}\r\n${value}\r\nset small 0 0 2\r\nhi\r\n`);
    wire.socket.pause();
    wire.send('get big small big\r\nmg big v\r\nmg small v\r\n'.repeat(20));
    setImmediate(() => wire.socket.resume());
    const big = `VALUE big 0 ${value.length}\r\n${value}\r\n`;
    const once = `${big}VALUE small 0 2\r\nhi\r\n${big}END\r\nVA ${value.length}\r\n${value}\r\nVA 2\r\nhi\r\n`;
    expect((await wire.ask('')) === once.repeat(20)).toBe(true);
    wire.close();
  });

  it('gets a listing whole once it reads, which costs bounded memory until then', async () => {
    const { address, node } = await start('-m', '256');
    const wire = await Wire.open(address);
    const count = 30_000;
    const name = 'entry-'.padEnd(230, '-');
    for (let from = 0; from < count; from += 10_000) {
      const keys = Array.from({ length: 10_000 }, (_, index) => from + index);
      await wire.ask(keys.map((key) => `set ${name}${key} 0 0 1 noreply\r\nx\r\n`).join(''));
    }
    const written = node.counters.bytes_written;
    const before = process.memoryUsage().rss;
    wire.socket.pause();
    wire.send('lru_crawler metadump all\r\n');
    let last = -1;
    // It is held up when nothing more comes for a hundred turns.
    for (let turns = 0; turns < 100; turns++) {
      if (node.counters.bytes_written !== last) turns = 0;
      last = node.counters.bytes_written;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(last - written).toBeLessThan(5 * MIB);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * MIB);
    const other = await Wire.open(address);
    expect(await other.ask(`mg ${name}5\r\n`)).toBe('HD\r\n');
    wire.socket.resume();
    const listed = await wire.receive((received) => received.endsWith('END\r\n'));
    expect(new Set(listed.match(/key=\S+/g)).size).toBe(count);
    expect(listed.match(/key=/g)).toHaveLength(count);
    wire.close();
    other.close();
  });

  it('keeps the bytes it was promised though the entry is overwritten and evicted', async () => {
    const { address, node } = await start('-m', '8', '-I', '4m');
    const slow = await Wire.open(address);
    const value = 'v'.repeat(3 * MIB);
    await slow.ask(`set big 0 0 ${value.length}\r\n${value}\r\n`);
    slow.socket.pause();
    slow.send('get big\r\n');
    const other = await Wire.open(address);
    while (node.counters.get_hits === 0) await other.ask('version\r\n');
    for (let round = 0; round < 6; round++) {
      await other.ask(`set other${round} 0 0 ${MIB}\r\n${'o'.repeat(MIB)}\r\nset big 0 0 5\r\nother\r\n`);
    }
    slow.socket.resume();
    expect((await slow.ask('')) === `VALUE big 0 ${value.length}\r\n${value}\r\nEND\r\n`).toBe(true);
    node.cache.arena.check();
    slow.close();
    other.close();
  });
});

describe('connections', () => {
  it('get their replies after they have said that they send nothing more', async () => {
    const { address } = await start();
    const wire = await Wire.open(address);
    wire.socket.end('set a 0 0 1\r\nx\r\nget a\r\n');
    expect(await wire.closed()).toBe('STORED\r\nVALUE a 0 1\r\nx\r\nEND\r\n');
  });

  it('are refused beyond the limit', async () => {
    const { address, node } = await start('-c', '2');
    const wires = [await Wire.open(address), await Wire.open(address)];
    for (const wire of wires) await wire.ask('version\r\n');
    const third = await Wire.open(address);
    expect(await third.closed()).toBe('ERROR Too many open connections\r\n');
    expect(node.counters.rejected_connections).toBe(1);
    for (const wire of wires) wire.close();
  });

  it('are closed when they have been silent for too long', async () => {
    const { address, node } = await start('-o', 'idle_timeout=1');
    const wire = await Wire.open(address);
    await wire.ask('version\r\n');
    expect(await wire.closed()).toBe('');
    expect(node.counters.idle_kicks).toBe(1);
  });

  it('that leave in the middle of a payload leave nothing behind', async () => {
    const { address, node } = await start();
    const wire = await Wire.open(address);
    const used = node.cache.arena.usedBytes;
    wire.send('set a 0 0 100000\r\nabc');
    while (node.cache.arena.usedBytes === used) await new Promise((resolve) => setImmediate(resolve));
    wire.close();
    while (node.connections.count > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(node.cache.arena.usedBytes).toBe(used);
  });

  it('that never end a line are closed', async () => {
    const { address } = await start();
    const wire = await Wire.open(address);
    wire.send('x'.repeat(5000));
    expect(await wire.closed()).toBe('');
  });
});

describe('time', () => {
  it('takes entries whose time has come, asked for or not', async () => {
    const { address, node } = await start();
    const wire = await Wire.open(address);
    await wire.ask('set a 0 1000 1\r\nx\r\nset b 0 1000 1\r\nx\r\nset c 0 0 1\r\nx\r\n');
    expect(await wire.ask('debugtime 900\r\nget a\r\n')).toMatch(/VALUE a/);
    expect(await wire.ask('debugtime 200\r\nget a\r\n')).toBe('OK\r\nEND\r\n');
    while (node.cache.count > 1) await new Promise((resolve) => setTimeout(resolve, 5));
    wire.close();
  });

  it('flushes when it was told to', async () => {
    const { address } = await start();
    const wire = await Wire.open(address);
    await wire.ask('set a 0 0 1\r\nx\r\nflush_all 1000\r\nset b 0 0 1\r\ny\r\n');
    expect(await wire.ask('debugtime 800\r\nget a b\r\n')).toMatch(/VALUE a.*VALUE b/s);
    expect(await wire.ask('debugtime 400\r\nget a b\r\n')).toBe('OK\r\nEND\r\n');
    expect(await wire.ask('set a 0 0 1\r\nz\r\nget a\r\n')).toMatch(/VALUE a/);
    wire.close();
  });

  it('wears leases out', async () => {
    const { address } = await start();
    const wire = await Wire.open(address);
    const lease = 'mg image v N30\r\n';
    expect(await wire.ask(`${lease}${lease}`)).toBe('VA 0 W\r\n\r\nVA 0 Z\r\n\r\n');
    expect(await wire.ask(`debugtime 31\r\n${lease}`)).toBe('OK\r\nVA 0 W\r\n\r\n');
    expect(await wire.ask(`ms image 3 T0\r\nabc\r\n${lease}`)).toBe('HD\r\nVA 3\r\nabc\r\n');
    wire.close();
  });
});

describe('statistics', () => {
  it('count a lease as a miss for whoever gets it or waits for it', async () => {
    const { address, node } = await start();
    const wire = await Wire.open(address);
    await wire.ask('mg a v N30\r\nmg a v N30\r\nms a 1\r\nx\r\nmg a v N30\r\nget a b\r\n');
    const { cmd_get, get_hits, get_misses } = node.counters;
    expect({ cmd_get, get_hits, get_misses }).toEqual({ cmd_get: 5, get_hits: 2, get_misses: 3 });
    wire.close();
  });

  it('leave out who says that it is no use, as those do who copy entries', async () => {
    const { address, node } = await start();
    const wire = await Wire.open(address);
    await wire.ask('ms a 1\r\nx\r\nmg a v u\r\nmg b u c N30\r\nmg b u c N30\r\nmg d u\r\n');
    const { cmd_get, get_hits, get_misses } = node.counters;
    expect({ cmd_get, get_hits, get_misses }).toEqual({ cmd_get: 0, get_hits: 0, get_misses: 0 });
    wire.close();
  });

  it('list entries from most to least valuable', async () => {
    const { address } = await start();
    const wire = await Wire.open(address);
    await wire.ask('set a 0 0 1\r\nx\r\nset b 0 0 2\r\nxx\r\nset c 0 0 3\r\nxxx\r\nget a\r\n');
    wire.send('lru_crawler metadump all\r\n');
    const dump = await wire.receive((received) => received.endsWith('END\r\n'));
    expect([...dump.matchAll(/key=(\S+)/g)].map(([, key]) => key)).toEqual(['a', 'c', 'b']);
    wire.close();
  });
});

describe('the capacity and the policy', () => {
  it('change while the node runs, and keep what fits', async () => {
    const { address, node } = await start('-m', '16', '-I', '1m');
    const wire = await Wire.open(address);
    let requests = '';
    for (let index = 0; index < 14; index++)
      requests += `set k${index} 0 0 1000000 noreply\r\n${'x'.repeat(1000000)}\r\n`;
    await wire.ask(requests);
    expect(await wire.ask('get k0\r\npolicy sieve\r\ncache_memlimit 8\r\npolicy\r\n')).toMatch(
      /OK\r\nOK\r\nPOLICY sieve\r\n$/,
    );
    expect(node.cache.sizeBytes).toBeLessThanOrEqual(8 * MIB);
    expect(node.cache.count).toBe(8);
    expect(await wire.ask('mg k0\r\nmg k13\r\nmg k1\r\n')).toBe('HD\r\nHD\r\nEN\r\n');
    wire.close();
  });

  it('refuse what is larger than half of a capacity made less, instead of throwing out the rest for it', async () => {
    const { address } = await start('-m', '32', '-I', '16m');
    const wire = await Wire.open(address);
    const set = (key: string, sizeBytes: number) =>
      wire.ask(`set ${key} 0 0 ${sizeBytes}\r\n${'x'.repeat(sizeBytes)}\r\n`);
    await wire.ask('cache_memlimit 8\r\n');
    expect(await set('small', MIB)).toBe('STORED\r\n');
    expect(await set('large', 5 * MIB)).toBe('SERVER_ERROR out of memory storing object\r\n');
    expect(await wire.ask('mg small\r\n')).toBe('HD\r\n');
    await wire.ask('cache_memlimit 32\r\n');
    expect(await set('large', 5 * MIB)).toBe('STORED\r\n');
    wire.close();
  });

  it('may be a number of entries', async () => {
    const { address } = await start('--max-items', '2');
    const wire = await Wire.open(address);
    expect(
      await wire.ask(
        'set a 0 0 1\r\n1\r\nset b 0 0 1\r\n2\r\nget a\r\nset c 0 0 1\r\n3\r\nmg a\r\nmg b\r\nmg c\r\n',
      ),
    ).toMatch(/HD\r\nEN\r\nHD\r\n$/);
    wire.close();
  });
});
