import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** One comparison. `atLeast` is the share of memcached's speed that we want to reach. */
interface Case {
  readonly name: string;
  readonly request: 'get' | 'mg' | 'set' | 'evict';
  readonly valueBytes: number;
  readonly connections: number;
  readonly depth: number;
  readonly keys: number;
  readonly atLeast?: number;
}

interface Result {
  readonly operationsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

const CAPACITY_MIB = 256;
const LONGEST_PAUSE_MS = 20;

const sizes = [
  { label: '100 B', valueBytes: 100, keys: 2000, atLeast: 0.8 },
  { label: '10 kB', valueBytes: 10_000, keys: 2000, atLeast: 0.8 },
  { label: '100 kB', valueBytes: 100_000, keys: 1000, atLeast: 0.95 },
  { label: '1 MB', valueBytes: 1_000_000, keys: 100, atLeast: 1 },
];

const cases: readonly Case[] = [
  ...(['get', 'mg'] as const).flatMap((request) =>
    sizes.map(({ label, ...size }) => ({
      name: `${request} ${label}`,
      request,
      connections: 32,
      depth: 1,
      ...size,
    })),
  ),
  ...(['get', 'mg'] as const).map((request) => ({
    name: `${request} 100 B, 32 at a time`,
    request,
    valueBytes: 100,
    connections: 32,
    depth: 32,
    keys: 2000,
    // memcached answers each `get` with a system call, and gathers the replies to `mg` as we do.
    ...(request === 'get' ? { atLeast: 6 } : {}),
  })),
  {
    name: 'set 100 kB',
    request: 'set',
    valueBytes: 100_000,
    connections: 8,
    depth: 1,
    keys: 2000,
    atLeast: 0.9,
  },
  { name: 'evicting 100 kB', request: 'evict', valueBytes: 100_000, connections: 16, depth: 1, keys: 3000 },
];

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'bench-cache-node-'));
try {
  const load = join(folder, 'load');
  execFileSync('gcc', ['-O2', '-o', load, new URL('load.c', import.meta.url).pathname]);
  for (const each of cases.filter(({ name }) => name.includes(options.only))) await compare(load, each);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Both servers run through the whole case, and are asked in turn, so that what disturbs the machine disturbs both. */
async function compare(load: string, each: Case): Promise<void> {
  const ours = await startNode();
  const theirs = await startMemcached();
  const results: { ours: Result[]; theirs: Result[] } = { ours: [], theirs: [] };
  try {
    // The first round warms up the compiler, and is thrown away.
    for (let round = 0; round <= Number(options.rounds); round++) {
      const pair = { ours: run(load, ours.port, each), theirs: run(load, theirs.port, each) };
      if (round === 0) continue;
      results.ours.push(pair.ours);
      results.theirs.push(pair.theirs);
    }
  } finally {
    ours.child.kill('SIGKILL');
    theirs.child.kill('SIGKILL');
  }
  report(each, results.ours, results.theirs);
}

function run(load: string, port: number, { request, valueBytes, connections, depth, keys }: Case): Result {
  const args = [port, request, valueBytes, connections, depth, keys, options.seconds].map(String);
  return JSON.parse(execFileSync(load, args, { encoding: 'utf8' })) as Result;
}

function report(each: Case, ours: readonly Result[], theirs: readonly Result[]): void {
  const speed = (results: readonly Result[]): number =>
    median(results.map((result) => result.operationsPerSecond));
  const pause = (results: readonly Result[]): number => median(results.map((result) => result.p999Ms));
  const ratio = speed(ours) / speed(theirs);
  const wanted =
    each.request === 'evict'
      ? `want p99.9 < ${LONGEST_PAUSE_MS} ms: ${pause(ours) < LONGEST_PAUSE_MS ? 'yes' : 'no'}`
      : each.atLeast === undefined
        ? ''
        : `want ${each.atLeast.toFixed(2)}: ${ratio >= each.atLeast ? 'yes' : 'no'}`;
  const columns = [
    each.name.padEnd(24),
    `ours ${speed(ours).toFixed(0).padStart(8)}/s`,
    `memcached ${speed(theirs).toFixed(0).padStart(8)}/s`,
    `ratio ${ratio.toFixed(2).padStart(5)}`,
    `p99.9 ${pause(ours).toFixed(1)} and ${pause(theirs).toFixed(1)} ms`,
    wanted,
  ];
  process.stdout.write(`${columns.join('  ').trimEnd()}\n`);
}

async function startNode(): Promise<{ child: ChildProcess; port: number }> {
  const main = new URL('../../cache-node/dist/main.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, '-p', '-1', '-m', String(CAPACITY_MIB)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (bytes: Buffer) => {
      const match = /listening on \S+:(\d+)/.exec(bytes.toString());
      if (match) resolve(Number(match[1]));
    });
    child.once('exit', () => reject(new Error('The node does not start: npm run build -w cache-node')));
  });
  return { child, port };
}

async function startMemcached(): Promise<{ child: ChildProcess; port: number }> {
  const port = await freePort();
  const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
  const flags = [
    '-t',
    '1',
    '-m',
    String(CAPACITY_MIB),
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

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}
