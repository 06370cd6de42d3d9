import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimDataFolder } from './data-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-data-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('makes the folder with its parents', () => {
  claimDataFolder(join(folder, 'a', 'b'))();
});

it('is claimed by one at a time, and free again after the release', () => {
  const release = claimDataFolder(folder);
  expect(() => claimDataFolder(folder)).toThrow(/in use by another Shoal/);
  release();
  claimDataFolder(folder)();
});

it('is free again when its process was killed', async () => {
  const script = `
    const Database = require('libsql');
    new Database(process.argv[1]).exec('BEGIN EXCLUSIVE');
    console.log('claimed');
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['-e', script, join(folder, 'in-use.lock')], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  expect(() => claimDataFolder(folder)).toThrow(/in use/);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  claimDataFolder(folder)();
});

it.each(['/proc/shoal', '/dev/null', '/dev/null/shoal'])(
  'names %s as a folder that can not be written',
  (path) => {
    expect(() => claimDataFolder(path)).toThrow(`DATA_DIR ${path} can't be written`);
  },
);
