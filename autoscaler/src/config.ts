import { resolve } from 'node:path';
import { z } from 'zod';

/** What the autoscaler is told by its environment. `.env.example` describes every variable. */
export type Config = Readonly<z.output<typeof environmentSchema>>;

/** Every fault found in the environment, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}

const SECONDS = { error: 'must be a whole number from 1 to 3600' };
const TOKEN = { error: 'must have at least 32 characters and no spaces' };

const environmentSchema = z.object({
  SHOAL_URL: z
    .url({ protocol: /^https?$/, error: 'must look like http://127.0.0.1:8080' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  DATA_DIR: z
    .string()
    .default('./data')
    .transform((folder) => resolve(folder)),
  AUTOSCALER_TOKEN: z
    .string()
    .regex(/^\S{32,}$/, TOKEN)
    .optional(),
  AUTOSCALER_INTERVAL_S: z
    .string()
    .regex(/^\d{1,4}$/, SECONDS)
    .transform(Number)
    .pipe(z.number().min(1, SECONDS).max(3600, SECONDS))
    .default(60),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], {
      error: 'must be one of fatal, error, warn, info, debug and silent',
    })
    .default('warn'),
});

export const variableNames: readonly string[] = Object.keys(environmentSchema.shape);

/** @throws ConfigError naming all faults together */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    variableNames.map((name) => [name, environment[name]]).filter(([, value]) => value !== ''),
  );
  const result = environmentSchema.safeParse(given);
  if (!result.success) {
    throw new ConfigError(result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`));
  }
  return Object.freeze(result.data);
}
