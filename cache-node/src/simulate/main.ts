#!/usr/bin/env node
import { parseOptions, usage, UsageError } from './options.ts';
import { simulate } from './simulate.ts';
import { TraceError } from './trace.ts';

try {
  const options = parseOptions(process.argv.slice(2));
  process.stdout.write(options.task === 'help' ? usage : await simulate(options));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof TraceError)) throw error;
  process.stderr.write(`simulate: ${error.message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
