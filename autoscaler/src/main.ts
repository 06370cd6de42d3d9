import { ApiClient } from './api-client.ts';
import { ApiFiles } from './api-files.ts';
import { runAutoscaler } from './autoscaler.ts';
import { ConfigError, readConfig } from './config.ts';

const TIMEOUT_MS = 10_000;
const PARENT_CHECK_MS = 250;

try {
  const config = readConfig(process.env);
  const { SHOAL_URL, AUTOSCALER_TOKEN } = config;
  const files = new ApiFiles(config.DATA_DIR);
  if (process.argv.includes('--end-with-parent')) endWithParent();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));
  await runAutoscaler(
    {
      api: new ApiClient({
        readUrl: async () => SHOAL_URL ?? (await files.url()),
        readToken: async () => AUTOSCALER_TOKEN ?? (await files.token()),
        timeoutMs: TIMEOUT_MS,
      }),
      intervalMs: config.AUTOSCALER_INTERVAL_S * 1000,
      random: Math.random,
      log: logAt(config.LOG_LEVEL),
    },
    new AbortController().signal,
  );
} catch (error) {
  const lines = error instanceof ConfigError ? error.faults : [(error as Error).message];
  for (const line of lines) process.stderr.write(`Autoscaler: ${line}\n`);
  process.exit(1);
}

function logAt(level: string) {
  const write = (message: string) => void process.stderr.write(`Autoscaler: ${message}\n`);
  const none = () => {};
  return {
    info: level === 'info' || level === 'debug' ? write : none,
    warn: level === 'silent' || level === 'fatal' || level === 'error' ? none : write,
  };
}

/** Ends this process soon after the one that has started it, however that one ends. */
function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, PARENT_CHECK_MS).unref();
}
