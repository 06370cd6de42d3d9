import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, query } from './client.ts';
import { startSystem, type System } from './system.ts';

const ROOT = join(import.meta.dirname, '..');

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

describe('npm run load', () => {
  it('uploads images once and reads them at the rate that was asked for', async () => {
    const args = [
      '--url',
      system.url,
      '--token',
      ADMIN_TOKEN,
      '--images',
      '12',
      '--rate',
      '100',
      '--minutes',
      '0.02',
      '--widths',
      '64',
    ];
    const first = await load(args);
    expect(first.stdout).toMatch(/Uploading 100% 12 of 12 images/);
    expect(first.stdout).toMatch(
      /In all: \d+ reads\/s .* hit rate [\d.]+ % · p50 [\d.]+ ms · p99 [\d.]+ ms\n$/,
    );
    expect(first.stdout).not.toMatch(/failed|dropped/);
    const versions = await listVersions();
    expect(versions).toHaveLength(12);

    await load(args);
    expect(await listVersions()).toEqual(versions);
  });

  it.each([
    [['--zipf', 'much'], '--zipf must be a number from 0 to 3, not "much".'],
    [['--images', '1.5'], '--images must be a whole number from 1 to 1000000, not "1.5".'],
    [['--shape', 'square'], '--shape must be one of constant, day, flash, not "square".'],
    [['--url', 'shoal'], '--url must look like http://127.0.0.1:8080, not "shoal".'],
    [['--sise', '1'], "Unknown option '--sise'"],
  ])('refuses %j with the reason', async (args, reason) => {
    const { code, stderr } = await load(args);
    expect(code).toBe(1);
    expect(stderr).toContain(reason);
    expect(stderr).toContain('npm run load -- --help');
  });

  it('says that no Shoal answers', async () => {
    const { code, stderr } = await load(['--url', 'http://127.0.0.1:1']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'No Shoal answers at http://127.0.0.1:1. Start one with ./start.sh, or say where with --url.\n',
    });
  });
});

async function listVersions(): Promise<unknown[]> {
  const { data } = await query<{ images: { edges: unknown[] } }>(
    system.url,
    '{ images(prefix: "load/") { edges { node { key version } } } }',
  );
  return data!.images.edges;
}

async function load(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const program = join(ROOT, 'node_modules/.bin/tsx');
  return await promisify(execFile)(program, [join(ROOT, 'bench/load/main.ts'), ...args]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}
