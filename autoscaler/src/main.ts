import { ApiClient } from './api-client.ts';
import { runAutoscaler } from './autoscaler.ts';
import { ConfigError, readConfig } from './config.ts';
import { readToken } from './token.ts';

const TIMEOUT_MS = 10_000;

try {
  const config = readConfig(process.env);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));
  await runAutoscaler(
    {
      api: new ApiClient({
        url: config.SHOAL_URL,
        readToken: () => readToken({ given: config.AUTOSCALER_TOKEN, folder: config.DATA_DIR }),
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
