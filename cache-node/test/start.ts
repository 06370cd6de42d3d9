import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Clock } from '../src/clock.ts';
import { readConfig } from '../src/config.ts';
import { startNode, type RunningNode } from '../src/start-node.ts';
import { Wire } from './wire.ts';

/** A node in this process, on a free port unless told otherwise, with a clock that the test moves by `debugtime`. */
export async function startHere(...flags: string[]): Promise<RunningNode & { address: string }> {
  const result = readConfig(['-p', '-1', '-o', 'test_commands', ...flags]);
  if (result.kind !== 'config') throw new Error(`Not a configuration: ${JSON.stringify(result)}`);
  const running = await startNode(result.config, new Clock(Date.now), () => {});
  return { ...running, address: running.addresses[0] ?? '' };
}

export interface StartedProcess {
  readonly child: ChildProcess;
  readonly address: string;
  readonly output: () => string;
  readonly exit: Promise<number | null>;
}

const MAIN = new URL('../src/main.ts', import.meta.url).pathname;

/** A node in a process of its own, from the sources. */
export async function startProcess(...flags: string[]): Promise<StartedProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...flags], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const address = await new Promise<string>((resolve) => {
    const take = (bytes: Buffer): void => {
      output += bytes.toString();
      const match = /listening on (\S+)/.exec(output);
      if (match?.[1] !== undefined) resolve(match[1]);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    void exit.then(() => resolve(''));
  });
  return { child, address, output: () => output, exit };
}

const DEBIAN_MEMCACHED = '/usr/bin/memcached';
export const hasMemcached = existsSync(DEBIAN_MEMCACHED);

/** The memcached of the system, on a unix socket of its own. */
export async function startMemcached(
  ...flags: string[]
): Promise<{ address: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'cache-node-'));
  const path = join(folder, 'socket');
  const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
  const child = spawn(DEBIAN_MEMCACHED, ['-s', path, '-U', '0', ...user, ...flags], { stdio: 'ignore' });
  const exit = new Promise((resolve) => child.once('exit', resolve));
  const address = `unix:${path}`;
  for (;;) {
    const wire = await Wire.open(address).catch(() => undefined);
    wire?.close();
    if (wire) break;
    if (child.exitCode !== null) throw new Error(`${DEBIAN_MEMCACHED} does not start`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exit;
    rmSync(folder, { recursive: true, force: true });
  };
  return { address, stop };
}
