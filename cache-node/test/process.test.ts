import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startProcess, type StartedProcess } from './start.ts';
import { Wire } from './wire.ts';

const MIB = 1024 * 1024;

async function start(...flags: string[]): Promise<StartedProcess> {
  const started = await startProcess('-p', '-1', ...flags);
  onTestFinished(() => void started.child.kill('SIGKILL'));
  return started;
}

describe('a node process', () => {
  it('finishes what is under way on SIGTERM', async () => {
    const { child, address, exit } = await start();
    const busy = await Wire.open(address);
    busy.send('set a 0 0 5\r\nab');
    const idle = await Wire.open(address);
    await idle.ask('version\r\n');
    child.kill('SIGTERM');
    expect(await idle.closed()).toBe('');
    await expect(Wire.open(address)).rejects.toThrow();
    busy.send('cde\r\n');
    expect(await busy.closed()).toBe('STORED\r\n');
    expect(await exit).toBe(0);
  });

  it('ends at once on SIGINT', async () => {
    const { child, address, exit } = await start();
    const busy = await Wire.open(address);
    busy.send('set a 0 0 5\r\nab');
    child.kill('SIGINT');
    expect(await exit).toBe(0);
    busy.close();
  });

  it('ends when no client has come for as long as it was told', async () => {
    const { child, address, exit } = await start('-o', 'orphan_timeout=1');
    const wire = await Wire.open(address);
    const left = performance.now();
    await wire.ask('version\r\n');
    expect(child.exitCode).toBe(null);
    wire.close();
    expect(await exit).toBe(0);
    expect(performance.now() - left).toBeGreaterThanOrEqual(999);
  });

  it('ends with its parent where that was asked for', async () => {
    const { child, exit } = await start('-o', 'exit_with_parent');
    child.stdin?.end();
    expect(await exit).toBe(0);
  });

  it('stops when a client that may says so', async () => {
    const { address, exit } = await start('-A');
    const wire = await Wire.open(address);
    wire.send('shutdown graceful\r\n');
    expect(await exit).toBe(0);
    wire.close();
  });

  it('says what is wrong with its flags', async () => {
    const { output, exit } = await start('-m', 'x', '--nonsense');
    expect(await exit).toBe(64);
    expect(output()).toMatch(/--nonsense.*\n-m x/);
  });

  it('listens on a unix socket with the mode that was asked for', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cache-node-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const { address } = await start('-s', join(folder, 'socket'), '-a', '777');
    const wire = await Wire.open(address);
    expect(await wire.ask('get a\r\n')).toBe('END\r\n');
    wire.close();
  });

  it('lets in who knows the secret', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cache-node-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'secrets'), 'api:open sesame\nother:word\n');
    const { address } = await start('-Y', join(folder, 'secrets'));
    const wire = await Wire.open(address);
    wire.send('get a\r\nset x 0 0 9\r\nother wrd\r\nset x 0 0 10\r\nother word\r\nget a\r\n');
    const replies = await wire.receive((received) => received.endsWith('END\r\n'));
    expect(replies.split('\r\n').map((line) => line.slice(0, 12))).toEqual([
      'CLIENT_ERROR',
      'CLIENT_ERROR',
      'STORED',
      'END',
      '',
    ]);
    wire.close();
  });

  it('keeps to its memory, and fills it with payload', { timeout: 120_000 }, async () => {
    const capacityMiB = 96;
    const { child, address } = await start('-m', String(capacityMiB), '-I', '16m');
    const resident = (): number => residentBytes(child);
    const empty = resident();
    const wire = await Wire.open(address);
    let highest = 0;
    let seed = 1;
    const random = (): number => (seed = (seed * 48271) % 0x7fffffff) / 0x7fffffff;
    for (let stored = 0; stored < 4 * capacityMiB * MIB;) {
      let requests = '';
      for (let count = 0; count < 8; count++) {
        const length = Math.floor(2000 * 250 ** random());
        requests += `set k${Math.floor(random() * 4000)} 0 0 ${length} noreply\r\n${'x'.repeat(length)}\r\n`;
        if (random() < 0.2) requests += `delete k${Math.floor(random() * 4000)} noreply\r\n`;
        stored += length;
      }
      expect(await wire.ask(requests)).toBe('');
      highest = Math.max(highest, resident());
    }
    const stats = await wire.ask('stats node\r\n');
    const payload = Number(/payload_bytes (\d+)/.exec(stats)?.[1]);
    expect(highest - empty).toBeLessThan(1.15 * capacityMiB * MIB + 50 * MIB);
    expect(payload).toBeGreaterThan(0.9 * capacityMiB * MIB);
    wire.close();
  });

  it(
    'gives back what it has too much when it is told to make do with less',
    { timeout: 60_000 },
    async () => {
      const { child, address } = await start('-m', '192');
      const empty = residentBytes(child);
      const wire = await Wire.open(address);
      const value = 'x'.repeat(5000);
      for (let index = 0; index < 40_000; index += 200) {
        const keys = Array.from({ length: 200 }, (_, offset) => index + offset);
        await wire.ask(keys.map((key) => `set ${key} 0 0 5000 noreply\r\n${value}\r\n`).join(''));
      }
      expect(residentBytes(child) - empty).toBeGreaterThan(150 * MIB);
      expect(await wire.ask('cache_memlimit 16\r\n')).toBe('OK\r\n');
      while (residentBytes(child) - empty > 1.15 * 16 * MIB + 50 * MIB)
        await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await wire.ask('get 39999\r\n')).toBe(`VALUE 39999 0 5000\r\n${value}\r\nEND\r\n`);
      const stats = await wire.ask('stats node\r\n');
      expect(Number(/arena_committed_bytes (\d+)/.exec(stats)?.[1])).toBeLessThanOrEqual(16 * MIB);
      wire.close();
    },
  );
});

function residentBytes({ pid }: { pid?: number | undefined }): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}
