import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunningNode } from '../src/start-node.ts';
import { startHere } from './start.ts';
import { Wire } from './wire.ts';

const KIB = 1024;
let node: (RunningNode & { address: string }) | undefined;

afterEach(async () => {
  await node?.drain();
  node = undefined;
});

async function start(
  ...flags: string[]
): Promise<{ wire: Wire; running: RunningNode & { address: string } }> {
  const running = await startHere(...flags);
  node = running;
  return { wire: await Wire.open(running.address), running };
}

/** Sends in pieces, each once the node has taken the one before. */
async function sendCut(
  wire: Wire,
  running: RunningNode,
  text: string,
  cuts: readonly number[],
): Promise<void> {
  const { counters } = running.node;
  let from = 0;
  for (const to of [...cuts, text.length]) {
    const before = counters.bytes_read;
    wire.send(text.slice(from, to));
    while (counters.bytes_read < before + (to - from)) await new Promise((resolve) => setImmediate(resolve));
    from = to;
  }
}

describe('a large payload', () => {
  it.each([
    ['with its line', [] as number[]],
    ['after its line', [19]],
    ['in the middle', [50 * KIB]],
    ['before its line end', [19 + 100_000]],
    ['within its line end', [19 + 100_001]],
    ['after its line end', [19 + 100_002]],
    ['ever again', [1, 30, 20 * KIB, 40 * KIB, 40 * KIB + 1, 60 * KIB, 97 * KIB]],
  ])('is stored as it was sent, cut %s', async (_, cuts) => {
    const { wire, running } = await start();
    const value = randomBytes(50_000).toString('hex');
    const request = `set key 0 0 100000\r\n${value}\r\nset next 0 0 2\r\nhi\r\nget key next\r\n`;
    await sendCut(wire, running, request, cuts);
    const expected = `STORED\r\nSTORED\r\nVALUE key 0 100000\r\n${value}\r\nVALUE next 0 2\r\nhi\r\nEND\r\n`;
    expect((await wire.ask('')) === expected).toBe(true);
    wire.close();
  });

  it('may lie in several pieces of memory', async () => {
    const { wire, running } = await start('-m', '8', '-I', '4m');
    const value = randomBytes(1_500_000).toString('hex');
    let requests = '';
    for (let index = 0; index < 90; index++)
      requests += `set k${index} 0 0 90000\r\n${'x'.repeat(90_000)}\r\n`;
    for (let index = 1; index < 90; index += 2) requests += `delete k${index}\r\n`;
    await wire.ask(requests);
    expect(await wire.ask(`set big 0 0 3000000\r\n${value}\r\n`)).toBe('STORED\r\n');
    expect((await wire.ask('get big\r\n')) === `VALUE big 0 3000000\r\n${value}\r\nEND\r\n`).toBe(true);
    running.node.cache.arena.check();
    wire.close();
  });

  it('that does not end with its line is refused, and its memory given back', async () => {
    const { wire, running } = await start();
    const used = running.node.cache.arena.usedBytes;
    await sendCut(wire, running, `set key 0 0 100000\r\n${'x'.repeat(100_002)}`, [20]);
    expect(await wire.ask('\r\n')).toMatch(/^CLIENT_ERROR bad data chunk\r\n/);
    expect(running.node.cache.arena.usedBytes).toBe(used);
    running.node.cache.arena.check();
    wire.close();
  });

  it('is left where it is by a client that goes', async () => {
    const { wire, running } = await start();
    const used = running.node.cache.arena.usedBytes;
    await sendCut(wire, running, `set key 0 0 100000\r\n${'x'.repeat(70_000)}`, [20, 40_000]);
    wire.close();
    while (running.node.connections.count > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(running.node.cache.arena.usedBytes).toBe(used);
    running.node.cache.arena.check();
  });
});
