import { Replay, type ReplayResult } from './replay.ts';
import type { Options, Source } from './options.ts';
import { formatJson, formatTable } from './report.ts';
import { seededRandom } from './seeded-random.ts';
import { synthesize } from './synthetic.ts';
import { readTrace, type Trace, writeTrace } from './trace.ts';

/** Does what the options ask for and returns what to print. Rejects with a `TraceError`. */
export async function simulate(options: Exclude<Options, { task: 'help' }>): Promise<string> {
  const trace = open(options.source);
  if (options.task === 'write') {
    await writeTrace(options.path, trace);
    return '';
  }
  const replays = options.capacitiesBytes.flatMap((capacityBytes) =>
    options.policies.map((policy) => new Replay(policy, capacityBytes, seededRandom(options.seed))),
  );
  const results = await replayAll(trace, replays);
  return options.isJson ? formatJson(results) : formatTable(results);
}

/** One pass through the trace for all, piece by piece, so that one policy's code runs while it is warm. */
async function replayAll(trace: Trace, replays: Replay[]): Promise<ReplayResult[]> {
  for await (const accesses of trace) {
    for (const replay of replays) {
      for (const access of accesses) replay.access(access);
    }
  }
  return replays.map((replay) => replay.result);
}

function open(source: Source): Trace {
  return source.kind === 'file' ? readTrace(source.path) : synthesize(source.name, source);
}
