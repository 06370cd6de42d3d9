import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ADMIN_TOKEN } from './client.ts';

const MAIN = join(import.meta.dirname, '../api/dist/main.js');

/** A whole Shoal in processes of its own, on a free port and in a folder of its own. */
export interface System {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  readonly dataDir: string;
  readonly api: ChildProcess;
  /** Everything written to standard output and standard error so far. */
  output(): string;
  /** Stops it as Ctrl-C does, and removes the folder unless it was given. Resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Starts the built api, whose images everybody may read unless told otherwise, and waits for its ready line. Rejects with all output when it ends before that. */
export async function startSystem({
  environment = {},
  dataDir,
}: { environment?: Record<string, string>; dataDir?: string } = {}): Promise<System> {
  if (!existsSync(MAIN)) throw new Error('Nothing is built yet. Run: npm run build');
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), 'shoal-system-'));
  const api = spawn(process.execPath, ['--enable-source-maps', MAIN], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      NODE_CAPACITY_MIB: '64',
      DATA_DIR: folder,
      ADMIN_TOKEN,
      PUBLIC_READ: 'images',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A test that runs out of time does not stop what it has started.
  const kill = () => api.kill('SIGKILL');
  process.once('exit', kill);
  api.once('exit', () => process.off('exit', kill));
  let output = '';
  api.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(api.stdout).on('line', (line) => {
      output += `${line}\n`;
      const ready = /^Shoal is ready at (http:\S+)$/.exec(line);
      if (ready?.[1] !== undefined) resolve(ready[1]);
    });
    api.once('close', (code) => reject(new Error(`The api ended with ${code}:\n${output}`)));
  });
  return {
    url,
    dataDir: folder,
    api,
    output: () => output,
    stop: async () => {
      if (api.exitCode === null && api.signalCode === null) {
        api.kill('SIGINT');
        await once(api, 'close');
      }
      if (dataDir === undefined) rmSync(folder, { recursive: true, force: true });
      return api.exitCode;
    },
  };
}

/** Process ids of the living children of a process. */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

/** Process ids of the cache nodes that a process has launched. */
export function nodesOf(pid: number): number[] {
  return childrenOf(pid).filter((child) =>
    readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('cache-node'),
  );
}

/** Whether a process runs. One that has ended and that nobody has waited for, a zombie, does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
