import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cases, type Case } from './cases.ts';
import { contenders, type Contender, type ContenderName } from './contenders.ts';

interface Result {
  readonly operationsPerSecond: number;
  /** Processor time of the server, for one operation. */
  readonly processorUs: number;
  readonly p999Ms: number;
}

const LONGEST_PAUSE_MS = 20;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    'huge-pages': { type: 'boolean', default: false },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'bench-cache-node-'));
try {
  const load = join(folder, 'load');
  execFileSync('gcc', ['-O2', '-o', load, new URL('load.c', import.meta.url).pathname]);
  process.stdout.write(
    'For each server: operations a second, processor time of the server for one. Medians of the rounds.\n',
  );
  for (const each of cases.filter(({ name }) => name.includes(options.only))) await compare(load, each);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** All servers run through the whole case, and are asked in turn, so that what disturbs the machine disturbs all. */
async function compare(load: string, each: Case): Promise<void> {
  const results = new Map<ContenderName, Result[]>();
  const running = new Map<ContenderName, Contender>();
  try {
    for (const name of contendersOf(each)) {
      const wanted = { valueBytes: each.valueBytes, hasHugePages: options['huge-pages'] };
      running.set(name, await contenders[name](wanted));
      results.set(name, []);
    }
    // The first round warms up the compiler, and is thrown away.
    for (let round = 0; round <= Number(options.rounds); round++) {
      for (const [name, contender] of running) {
        const result = run(load, contender, each);
        if (round > 0) results.get(name)?.push(result);
      }
    }
  } finally {
    for (const { child } of running.values()) child.kill('SIGKILL');
  }
  report(each, results);
}

/** A server that looks nothing up can evict nothing. */
function contendersOf({ request }: Case): readonly ContenderName[] {
  return request === 'evict' ? ['ours', 'memcached'] : ['ours', 'memcached', 'handle', 'stream'];
}

function run(load: string, { port, child }: Contender, each: Case): Result {
  const { request, valueBytes, connections, depth, keys } = each;
  const args = [port, request, valueBytes, connections, depth, keys, options.seconds, child.pid].map(String);
  return JSON.parse(execFileSync(load, args, { encoding: 'utf8' })) as Result;
}

function report(each: Case, results: ReadonlyMap<ContenderName, readonly Result[]>): void {
  const medianOf = (name: ContenderName, of: keyof Result): number =>
    median((results.get(name) ?? []).map((result) => result[of]));
  const theirs = results.get('memcached') ?? [];
  // Of each round's own: what lasts longer than a round disturbs both.
  const ratio = median(
    (results.get('ours') ?? []).map(
      (result, round) => result.operationsPerSecond / (theirs[round]?.operationsPerSecond ?? NaN),
    ),
  );
  const speeds = [...results.keys()].map((name) => {
    const speed = medianOf(name, 'operationsPerSecond').toFixed(0);
    return `${name} ${speed.padStart(7)}/s ${medianOf(name, 'processorUs').toFixed(2).padStart(6)} µs`;
  });
  const pauses = [medianOf('ours', 'p999Ms'), medianOf('memcached', 'p999Ms')];
  const columns = [
    each.name.padEnd(23),
    `ratio ${ratio.toFixed(2).padStart(5)}`,
    verdict(each, ratio, pauses[0] ?? Infinity).padEnd(15),
    ...speeds,
    `p99.9 ${pauses.map((pause) => pause.toFixed(1)).join(' and ')} ms`,
  ];
  process.stdout.write(`${columns.join('  ')}\n`);
}

function verdict({ request, atLeast }: Case, ratio: number, pauseMs: number): string {
  if (request === 'evict')
    return `p99.9 < ${LONGEST_PAUSE_MS} ms: ${pauseMs < LONGEST_PAUSE_MS ? 'yes' : 'no'}`;
  return atLeast === undefined ? '' : `want ${atLeast.toFixed(2)}: ${ratio >= atLeast ? 'yes' : 'no'}`;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}
