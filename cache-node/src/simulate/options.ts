import { parseArgs } from 'node:util';
import { isPolicyName, type PolicyName, policyNames } from '../policies/policies.ts';
import { isSyntheticName, type SyntheticName, syntheticNames, type SyntheticOptions } from './synthetic.ts';

/** What the command line asks for. */
export type Options =
  | { task: 'help' }
  | { task: 'write'; source: Source; path: string }
  | {
      task: 'replay';
      source: Source;
      policies: PolicyName[];
      capacitiesBytes: number[];
      seed: number;
      isJson: boolean;
    };

/** Where the requests come from. */
export type Source =
  { kind: 'file'; path: string } | ({ kind: 'synthetic'; name: SyntheticName } & SyntheticOptions);

/** A command line that makes no sense; the message says what would. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export const usage = `Replays a trace through the eviction policies and prints their miss ratios.

  npm run simulate -- --policy lru,sieve --bytes 64MiB,256MiB TRACE
  npm run simulate -- --bytes 256MiB --synthetic drift
  npm run simulate -- --synthetic images --write images.csv.gz

TRACE is a file of lines "key,size", or of keys alone, which then have size 1; packed if its name ends in
.gz; - is standard input.

  --policy LIST     policies, separated by commas: ${policyNames.join(', ')}; all, unless given
  --bytes LIST      capacities, separated by commas: 1000000, 64MiB, 1.5GB; numbers of entries if all sizes are 1
  --synthetic NAME  instead of TRACE, a generated one: ${syntheticNames.join(', ')}
  --requests N      length of the generated trace; 1000000, unless given
  --keys N          how many keys it has at a time; 100000, unless given
  --write FILE      write the generated trace to FILE instead of replaying it
  --seed N          for the generated trace and the policy random; 1, unless given
  --json            print JSON instead of a table
`;

/** Throws a `UsageError`. */
export function parseOptions(args: string[]): Options {
  const { values, positionals } = parseFlags(args);
  if (values.help === true) return { task: 'help' };
  const seed = parseCount('--seed', values.seed ?? '1', 0);
  const source = parseSource(values, positionals, seed);
  if (values.write !== undefined) {
    if (source.kind === 'file')
      throw new UsageError('--write needs a trace to generate: add --synthetic NAME');
    return { task: 'write', source, path: values.write };
  }
  if (values.bytes === undefined)
    throw new UsageError('no capacity: add --bytes, as in --bytes 64MiB,256MiB');
  return {
    task: 'replay',
    source,
    policies: (values.policy ?? policyNames.join(',')).split(',').map(parsePolicy),
    capacitiesBytes: values.bytes.split(',').map(parseBytes),
    seed,
    isJson: values.json === true,
  };
}

type Flags = ReturnType<typeof parseFlags>['values'];

function parseFlags(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        policy: { type: 'string' },
        bytes: { type: 'string' },
        synthetic: { type: 'string' },
        requests: { type: 'string' },
        keys: { type: 'string' },
        seed: { type: 'string' },
        write: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${reason.split('. ')[0]}; --help lists the flags`, { cause });
  }
}

function parseSource(values: Flags, positionals: string[], seed: number): Source {
  const [path, ...others] = positionals;
  if (values.synthetic !== undefined) {
    if (path !== undefined)
      throw new UsageError(`there is a trace (${path}) and --synthetic: leave one of them out`);
    if (!isSyntheticName(values.synthetic)) {
      throw new UsageError(
        `no synthetic trace "${values.synthetic}": choose from ${syntheticNames.join(', ')}`,
      );
    }
    const requests = parseCount('--requests', values.requests ?? '1000000', 1);
    const keys = parseCount('--keys', values.keys ?? '100000', 1);
    return { kind: 'synthetic', name: values.synthetic, requests, keys, seed };
  }
  for (const flag of ['requests', 'keys'] as const) {
    if (values[flag] !== undefined)
      throw new UsageError(`--${flag} is for generated traces: add --synthetic NAME`);
  }
  if (path === undefined)
    throw new UsageError('no trace: name a file, - for standard input, or add --synthetic NAME');
  if (others.length > 0) {
    throw new UsageError(`one trace at a time: leave out ${others.join(' ')} (lists take commas, no spaces)`);
  }
  return { kind: 'file', path };
}

function parsePolicy(name: string): PolicyName {
  if (isPolicyName(name)) return name;
  throw new UsageError(`no policy "${name}": choose from ${policyNames.join(', ')}`);
}

function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([KMGT]i?)?B?$/i.exec(text);
  const unit = match?.[2]?.toLowerCase() ?? '';
  const base = unit.endsWith('i') ? 1024 : 1000;
  const bytes = match === null ? 0 : Math.floor(Number(match[1]) * base ** ' kmgt'.indexOf(unit[0] ?? ' '));
  if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  throw new UsageError(`"${text}" is no capacity: write bytes, as 67108864 or 64MiB`);
}

function parseCount(flag: string, text: string, least: number): number {
  const count = /^\d+$/.test(text) ? Number(text) : NaN;
  if (count >= least && count <= 0xffffffff) return count;
  throw new UsageError(`${flag} ${text}: write a whole number from ${least} to 4294967295`);
}
