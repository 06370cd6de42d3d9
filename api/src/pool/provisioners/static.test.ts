import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseGivenNodes, type GivenNode } from './given-nodes.ts';
import { answers, ask, makeSpec } from './provisioner.suite.ts';
import type { Provisioner } from './provisioner.ts';
import { namedNodes, StaticProvisioner } from './static.ts';

describe('the provisioner of given nodes', () => {
  const given: Provisioner = open('cache-1,unix:/run/cache.sock,[::1]:11300');

  it('lists all of them always, by their labels', async () => {
    expect(await given.list()).toEqual([
      { id: 'cache-1', slot: 0, address: 'cache-1:11211' },
      { id: 'unix:/run/cache.sock', slot: 1, address: 'unix:/run/cache.sock' },
      { id: '::1:11300', slot: 2, address: '[::1]:11300' },
    ]);
  });

  it('can neither launch nor stop any, and says why', async () => {
    expect(given.isElastic).toBe(false);
    expect(given.fixedReason).toMatch(/given by CACHE_NODES; change that setting and restart/);
    await expect(given.launch(makeSpec(3))).rejects.toThrow(given.fixedReason);
    await expect(given.stop('cache-1')).rejects.toThrow(given.fixedReason);
    given.onEnded(() => {})();
  });

  it.skipIf(!hasMemcached())('lists a memcached where it answers, also when it has ended', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-memcached-'));
    const portFile = join(folder, 'port');
    const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
    const memcached = spawn('memcached', ['-l', '127.0.0.1', '-p', '-1', ...user], {
      stdio: 'ignore',
      env: { ...process.env, MEMCACHED_PORT_FILENAME: portFile },
    });
    const exit = once(memcached, 'exit');
    onTestFinished(async () => {
      memcached.kill('SIGKILL');
      await exit;
      await rm(folder, { recursive: true });
    });
    await vi.waitUntil(() => existsSync(portFile), { timeout: 15_000, interval: 10 });
    const [, port] = /TCP INET: (\d+)/.exec(await readFile(portFile, 'utf8')) ?? [];
    const provisioner = open(`127.0.0.1:${port}`);
    const [node] = await provisioner.list();
    await answers(node!);
    memcached.kill('SIGKILL');
    await exit;
    expect(await ask(node!, 'version')).toBe('');
    expect(await provisioner.list()).toEqual([node]);
  });
});

function open(text: string): StaticProvisioner {
  return new StaticProvisioner(namedNodes((parseGivenNodes(text) as { nodes: readonly GivenNode[] }).nodes));
}

function hasMemcached(): boolean {
  try {
    execFileSync('memcached', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
