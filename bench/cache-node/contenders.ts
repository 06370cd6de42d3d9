import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';

/** A server that is measured. Whoever started it kills `child`. */
export interface Contender {
  readonly child: ChildProcess;
  readonly port: number;
}

export interface Wanted {
  readonly valueBytes: number;
  /** Memory in pages of 2 MiB, as each server can be started with it. */
  readonly hasHugePages: boolean;
}

/** What can be started, by the name it has in the report. */
export const contenders = {
  ours: (wanted: Wanted) =>
    startScript(wanted, '../../cache-node/dist/main.js', '-p', '-1', '-m', CAPACITY_MIB),
  memcached: (wanted: Wanted) => startMemcached(wanted),
  handle: (wanted: Wanted) => startScript(wanted, 'bare-server.mjs', String(wanted.valueBytes), 'handle'),
  stream: (wanted: Wanted) => startScript(wanted, 'bare-server.mjs', String(wanted.valueBytes), 'stream'),
} satisfies Record<string, (wanted: Wanted) => Promise<Contender>>;

export type ContenderName = keyof typeof contenders;

const CAPACITY_MIB = '256';

async function startScript({ hasHugePages }: Wanted, path: string, ...flags: string[]): Promise<Contender> {
  const script = new URL(path, import.meta.url).pathname;
  const env = hasHugePages ? { ...process.env, GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' } : process.env;
  const child = spawn(process.execPath, [script, ...flags], { stdio: ['ignore', 'pipe', 'inherit'], env });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (bytes: Buffer) => {
      const match = /listening on \S+:(\d+)/.exec(bytes.toString());
      if (match) resolve(Number(match[1]));
    });
    child.once('exit', () => reject(new Error(`${path} does not start: npm run build -w cache-node`)));
  });
  return { child, port };
}

async function startMemcached({ hasHugePages }: Wanted): Promise<Contender> {
  const port = await freePort();
  const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
  const flags = [
    '-t',
    '1',
    '-m',
    CAPACITY_MIB,
    '-I',
    '32m',
    '-p',
    String(port),
    '-U',
    '0',
    '-l',
    '127.0.0.1',
  ];
  const pages = hasHugePages ? ['-L'] : [];
  const child = spawn('memcached', [...flags, ...user, ...pages], { stdio: 'ignore' });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', resolve);
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  return { child, port };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
