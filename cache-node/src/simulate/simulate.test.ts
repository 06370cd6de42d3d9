import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const execute = promisify(execFile);

describe('simulate', () => {
  let folder: string;
  let trace: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shoal-simulate-'));
    trace = join(folder, 'trace.csv');
    await writeFile(trace, ['a,10', 'b,10', 'a,10', 'c,10', 'b,10', 'large,100', 'a,10', 'a,99'].join('\n'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  function run(...args: string[]) {
    const main = fileURLToPath(new URL('main.ts', import.meta.url));
    return execute(process.execPath, ['--import', 'tsx', main, ...args], { cwd: import.meta.dirname });
  }

  test('prints a table of miss ratios by requests and by bytes', async () => {
    const { stdout } = await run('--policy', 'lru,fifo', '--bytes', '20', trace);
    expect(stdout.split('\n')).toEqual([
      'capacity  policy  requests  misses  miss ratio  byte miss ratio',
      '      20  lru            8       6      0.7500           0.5792',
      '      20  fifo           8       5      0.6250           0.5405',
      '',
    ]);
  });

  test('prints JSON', async () => {
    const { stdout } = await run('--policy', 'lru', '--bytes', '20', '--json', trace);
    expect(JSON.parse(stdout)).toEqual([
      {
        policy: 'lru',
        capacityBytes: 20,
        requests: 8,
        misses: 6,
        bytes: 259,
        missedBytes: 150,
        missRatio: 6 / 8,
        byteMissRatio: 150 / 259,
      },
    ]);
  });

  test('replays what it has generated and written as it would have replayed it at once', async () => {
    const generate = ['--synthetic', 'images', '--requests', '5000', '--keys', '500'];
    const written = join(folder, 'images.csv.gz');
    await run(...generate, '--write', written);
    const [replayed, direct] = await Promise.all([
      run('--bytes', '1MiB', written),
      run('--bytes', '1MiB', ...generate),
    ]);
    expect(replayed.stdout).toBe(direct.stdout);
    expect(direct.stdout.split('\n')).toHaveLength(11);
  });

  test('ends with 2 for a command line, with 1 for a trace that it cannot use, and one line that says why', async () => {
    await expect(run('--bytes', '1MiB')).rejects.toMatchObject({
      code: 2,
      stderr: 'simulate: no trace: name a file, - for standard input, or add --synthetic NAME\n',
    });
    await expect(run('--bytes', '1MiB', join(folder, 'none'))).rejects.toMatchObject({ code: 1, stdout: '' });
  });

  test('explains itself', async () => {
    const { stdout } = await run('--help');
    for (const flag of ['--policy', '--bytes', '--synthetic', '--write', '--json'])
      expect(stdout).toContain(flag);
  });
});
