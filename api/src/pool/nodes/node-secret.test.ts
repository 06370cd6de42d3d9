import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NODE_PROGRAMS, OUR_PROGRAM, TestPool } from '../../../test/test-pool.ts';
import { CopyConnection } from '../warming/copy-connection.ts';
import { listEntries } from '../warming/entry-listing.ts';
import { formatAddress } from './node-address.ts';

const SECRET = 'a-secret-of-the-tests';
const PROGRAMS = [...NODE_PROGRAMS, { ...OUR_PROGRAM, name: 'our node over TCP', transport: 'tcp' as const }];

describe.each(PROGRAMS)('$name that asks who is there', ({ command, ...program }) => {
  let folder: string;
  let pool: TestPool;
  let address: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shoal-secret-'));
    await writeFile(join(folder, 'who'), `shoal:${SECRET}\n`);
    pool = await TestPool.open(1, {
      program: { ...program, command: [...command, '-Y', join(folder, 'who')] },
      client: { secret: () => SECRET },
    });
    address = formatAddress(pool.nodes[0]!.address);
  });
  afterEach(async () => {
    await pool.close();
    await rm(folder, { recursive: true });
  });

  it('lets in who shows its secret, on every kind of connection', async () => {
    const copying = await CopyConnection.open(address, 5_000, () => SECRET);
    const name = `${'a'.repeat(32)}:v1`;
    expect(await copying.store(`ms ${name} 5\r\n`, Buffer.from('hello'))).toBe('HD');
    copying.close(new Error('The test is over.'));
    const options = { silenceMs: 5_000, secret: () => SECRET, signal: new AbortController().signal };
    const listed: string[] = [];
    for await (const batch of listEntries(address, options)) listed.push(...batch.map((each) => each.name));
    expect(listed).toEqual([name]);
  });

  it('tells a stranger nothing', async () => {
    for (const secret of [undefined, () => 'another-secret-altogether']) {
      await expect(CopyConnection.open(address, 5_000, secret)).rejects.toThrow(
        /unauthenticated|authentication failure/,
      );
    }
    for (const command of ['version', 'stats', 'mn', 'mg a v', 'get a', 'flush_all', 'cache_memlimit 64'])
      expect(await firstReply(command)).toMatch(/^CLIENT_ERROR unauthenticated/);
  });

  async function firstReply(line: string): Promise<string> {
    const { address: to } = pool.nodes[0]!;
    const socket = 'path' in to ? connect(to.path) : connect(to.port, to.host);
    try {
      socket.write(`${line}\r\n`);
      let reply = '';
      for await (const chunk of socket as AsyncIterable<Buffer>) {
        reply += chunk.toString('latin1');
        if (reply.includes('\r\n')) break;
      }
      return reply;
    } finally {
      socket.destroy();
    }
  }
});
