import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { pathOf } from './tools.ts';

export interface WrkResult {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const run = promisify(execFile);
const MS_OF_UNIT = { us: 0.001, ms: 1, s: 1000, m: 60_000 } as const;

/** @throws if any response was an error */
export async function runWrk(
  url: string,
  {
    connections,
    seconds,
    headers = {},
  }: { connections: number; seconds: number; headers?: Readonly<Record<string, string>> | undefined },
): Promise<WrkResult> {
  const args = ['-t1', `-c${connections}`, `-d${seconds}`, '--latency', '--timeout', '10s'];
  for (const [name, value] of Object.entries(headers)) args.push('-H', `${name}: ${value}`);
  args.push(url);
  const { stdout } = await run(await pathOf('wrk'), args);
  const faults = /(Socket errors: .*|Non-2xx or 3xx responses: .*)/.exec(stdout);
  if (faults !== null) throw new Error(`${url}: ${faults[0]}`);
  return {
    requestsPerSecond: Number(matched(stdout, /Requests\/sec:\s+([\d.]+)/)),
    p50Ms: latency(stdout, 50),
    p99Ms: latency(stdout, 99),
  };
}

function latency(output: string, percent: number): number {
  const [, value, unit] = new RegExp(`\\s${percent}%\\s+([\\d.]+)(us|ms|s|m)\\b`).exec(output) ?? [];
  return Number(value) * MS_OF_UNIT[unit as keyof typeof MS_OF_UNIT];
}

function matched(output: string, pattern: RegExp): string {
  const match = pattern.exec(output)?.[1];
  if (match === undefined) throw new Error(`wrk has printed something else than expected:\n${output}`);
  return match;
}
