import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const API = fileURLToPath(new URL('../..', import.meta.url));
const DRIZZLE_KIT = fileURLToPath(new URL('../../../node_modules/drizzle-kit/bin.cjs', import.meta.url));

test.each(['sqlite', 'mysql'])(
  'the tables of %s have no change that lacks a migration',
  async (dialect) => {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-migrations-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await cp(join(API, 'src/database/migrations', dialect), folder, { recursive: true });
    const before = await readdir(folder);
    const schema = `src/database/tables.${dialect}.ts`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        DRIZZLE_KIT,
        'generate',
        `--dialect=${dialect}`,
        `--schema=${schema}`,
        `--out=${relative(API, folder)}`,
      ],
      { cwd: API },
    );
    expect(stdout).toContain('No schema changes');
    expect(await readdir(folder)).toEqual(before);
  },
  60_000,
);
