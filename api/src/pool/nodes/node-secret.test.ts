import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OUR_NODE } from '../../../test/local-pool.ts';
import { CopyConnection } from '../warming/copy-connection.ts';
import { listEntries } from '../warming/entry-listing.ts';
import { BodyBudget } from './body-budget.ts';
import { NodeClient } from './node-client.ts';
import { SlabPool } from './slab.ts';

const PATIENCE = { timeout: 15_000, interval: 10 };
const SECRET = 'a-secret-of-the-tests';

describe('a node that asks who is there', () => {
  let folder: string;
  let path: string;
  let stop: () => Promise<void>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shoal-secret-'));
    path = join(folder, 'node.sock');
    await writeFile(join(folder, 'who'), `shoal:${SECRET}\n`);
    const [program, ...args] = OUR_NODE;
    const flags = ['-s', path, '-Y', join(folder, 'who'), '-o', 'exit_with_parent'];
    const node = spawn(program, [...args, ...flags], { stdio: ['pipe', 'pipe', 'inherit'] });
    const exit = once(node, 'exit');
    stop = async () => {
      node.kill('SIGKILL');
      await exit;
    };
    await once(node.stdout, 'data');
  });
  afterEach(async () => {
    await stop();
    await rm(folder, { recursive: true });
  });

  it('lets in who shows its secret, on every kind of connection', async () => {
    const client = open(SECRET);
    await vi.waitUntil(() => client.isUp, PATIENCE);
    const copying = await CopyConnection.open(`unix:${path}`, 5_000, SECRET);
    const name = `${'a'.repeat(32)}:v1`;
    expect(await copying.store(`ms ${name} 5\r\n`, Buffer.from('hello'))).toBe('HD');
    const listed: string[] = [];
    const options = { silenceMs: 5_000, secret: SECRET, signal: new AbortController().signal };
    for await (const batch of listEntries(`unix:${path}`, options))
      listed.push(...batch.map((each) => each.name));
    expect(listed).toEqual([name]);
    copying.close(new Error('The test is over.'));
    client.close();
  });

  it.each([undefined, 'another-secret-altogether'])('tells nothing to one who shows %s', async (secret) => {
    const reasons: string[] = [];
    const client = open(secret, (reason) => reasons.push(reason));
    await expect(CopyConnection.open(`unix:${path}`, 5_000, secret)).rejects.toThrow(
      /unauthenticated|authentication failure/,
    );
    expect(client.isUp).toBe(false);
    client.close();
  });

  function open(secret: string | undefined, onDown: (reason: string) => void = () => {}): NodeClient {
    return new NodeClient({
      address: { path },
      slabs: new SlabPool(new BodyBudget(2 ** 24)),
      random: () => 0.5,
      secret,
      onChange: (isUp, reason) => isUp || onDown(reason?.message ?? ''),
    });
  }
});
