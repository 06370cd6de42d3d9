import { startApp } from './app.ts';
import { ConfigError, readConfig } from './config.ts';
import { ShoalError } from './errors.ts';

const STOP_DEADLINE_MS = 1800;

try {
  const config = readConfig(process.env);
  const starting = startApp(config);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(starting));
  const app = await starting;
  process.stdout.write(`Shoal is ready at ${app.url}\n`);
  if (app.signInUrl !== undefined) {
    process.stdout.write(`Sign in, once and within 15 minutes: ${app.signInUrl}\n`);
  }
} catch (error) {
  for (const line of describe(error)) process.stderr.write(`Shoal: ${line}\n`);
  process.exit(1);
}

async function stop(starting: ReturnType<typeof startApp>): Promise<void> {
  setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
  const app = await starting;
  await app.close();
  process.exit(0);
}

function describe(error: unknown): readonly string[] {
  if (error instanceof ConfigError) return error.faults;
  if (error instanceof ShoalError) return [error.message];
  return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
}
