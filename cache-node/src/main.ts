#!/usr/bin/env node
import { readConfig } from './config.ts';
import { usage } from './flags.ts';
import { policyNames } from './policies/policies.ts';
import { run } from './run.ts';
import { VERSION } from './commands/version.ts';

const USAGE_ERROR = 64;

const result = readConfig(process.argv.slice(2));
switch (result.kind) {
  case 'help':
    process.stdout.write(usage(policyNames));
    break;
  case 'version':
    process.stdout.write(`shoal-cache-node (memcached ${VERSION})\n`);
    break;
  case 'faults':
    process.stderr.write(`${result.faults.join('\n')}\nRun with -h to see what can be asked for.\n`);
    process.exitCode = USAGE_ERROR;
    break;
  case 'config':
    await run(result.config);
    break;
}
