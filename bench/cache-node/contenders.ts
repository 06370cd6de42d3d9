import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';

/** A server that is measured. Whoever started it kills `child`. */
export interface Contender {
  readonly child: ChildProcess;
  readonly port: number;
}

/** What can be started, by the name it has in the report. */
export const contenders = {
  ours: (): Promise<Contender> =>
    startNodeScript('../../cache-node/dist/main.js', '-p', '-1', '-m', CAPACITY_MIB),
  memcached: (): Promise<Contender> => startMemcached(),
  handle: (valueBytes: number): Promise<Contender> =>
    startNodeScript('bare-server.mjs', String(valueBytes), 'handle'),
  stream: (valueBytes: number): Promise<Contender> =>
    startNodeScript('bare-server.mjs', String(valueBytes), 'stream'),
} satisfies Record<string, (valueBytes: number) => Promise<Contender>>;

export type ContenderName = keyof typeof contenders;

const CAPACITY_MIB = '256';

async function startNodeScript(path: string, ...flags: string[]): Promise<Contender> {
  const script = new URL(path, import.meta.url).pathname;
  const child = spawn(process.execPath, [script, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (bytes: Buffer) => {
      const match = /listening on \S+:(\d+)/.exec(bytes.toString());
      if (match) resolve(Number(match[1]));
    });
    child.once('exit', () => reject(new Error(`${path} does not start: npm run build -w cache-node`)));
  });
  return { child, port };
}

async function startMemcached(): Promise<Contender> {
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
  const child = spawn('memcached', [...flags, ...user], { stdio: 'ignore' });
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
