import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { parseGivenNodes } from './pool/provisioners/given-nodes.ts';

/** What the api process is told by its environment. `.env.example` describes every variable. */
export type Config = Readonly<z.output<typeof environmentSchema>>;

/** Every fault found in the environment, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}

const environmentSchema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber({ min: 0, max: 65_535, fallback: 8080 }),
  DATA_DIR: z
    .string()
    .default('./data')
    .transform((folder) => resolve(folder)),
  DATABASE_URL: z
    .string()
    .regex(/^mysql:\/\/.+/, { error: 'must look like mysql://user:password@host:3306/database' })
    .optional(),
  DATABASE_CA: z.string().optional(),
  POOL_SIZE: wholeNumber({ min: 1, max: 200, fallback: 2 }),
  POOL_MAX_NODES: wholeNumber({ min: 1, max: 200, fallback: 8 }),
  NODE_CAPACITY_MIB: wholeNumber({ min: 16, max: 65_536, fallback: 256 }),
  NODE_ORPHAN_S: wholeNumber({ min: 1, max: 86_400, fallback: 60 }),
  MAX_UPLOAD_MIB: wholeNumber({ min: 1, max: 1024, fallback: 32 }),
  UPLOADS_PER_MINUTE: wholeNumber({ min: 1, max: 1_000_000, fallback: 6000 }),
  MAX_PIXELS: wholeNumber({ min: 1, max: 1_000_000_000, fallback: 100_000_000 }),
  CACHE_NODES_SECRET: matching(/^[!-~]{16,200}$/, '16 to 200 characters without spaces'),
  DECODING_AT_ONCE: wholeNumber({ min: 1, max: 64, fallback: Math.min(64, availableParallelism()) }),
  DECODING_QUEUE: wholeNumber({ min: 0, max: 10_000, fallback: 500 }),
  DECODING_CPU_S: wholeNumber({ min: 1, max: 600, fallback: 4 }),
  DECODING_MEMORY_MIB: wholeNumber({ min: 128, max: 65_536, fallback: 1024 }),
  ADMIN_TOKEN: secret(),
  AUTOSCALER_TOKEN: secret(),
  SIGNING_KEYS: z
    .string()
    .regex(/^[^\s,]{32,}(,[^\s,]{32,})*$/, {
      error: 'must be keys of at least 32 characters, with commas and no spaces between',
    })
    .transform((keys) => keys.split(','))
    .optional(),
  ALLOW_PLAINTEXT: z.literal('1', { error: 'must be 1, or unset' }).optional(),
  PUBLIC_SCHEMA: z.literal('1', { error: 'must be 1, or unset' }).optional(),
  PUBLIC_READ: z.enum(['images'], { error: 'must be images, or unset' }).optional(),
  TRUSTED_PROXIES: z
    .string()
    .transform((text) => text.split(',').map((network) => network.trim()))
    .refine((networks) => networks.every(isNetwork), {
      error: 'must be addresses or networks such as 127.0.0.1,10.0.0.0/8',
    })
    .optional(),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], {
      error: 'must be one of fatal, error, warn, info, debug and silent',
    })
    .default('warn'),
  S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { error: 'must be the name of a bucket' })
    .optional(),
  S3_PREFIX: objectPrefix(),
  AWS_REGION: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, { error: 'must look like eu-central-1' })
    .optional(),
  AWS_ENDPOINT_URL: z
    .string()
    .regex(/^https?:\/\/[^\s/]+\/?$/, { error: 'must look like https://host:port' })
    .optional(),
  EC2_LAUNCH_TEMPLATE: matching(
    /^[\w()./-]{1,128}(:(\d+|\$Latest|\$Default))?$/,
    'NAME, ID or either with :VERSION',
  ),
  EC2_SUBNETS: wordList(/^subnet-[0-9a-f]+$/, 'subnet-…,subnet-…'),
  EC2_INSTANCE_TYPES: wordList(/^[a-z0-9-]+\.[a-z0-9-]+$/, 'm7g.large,m6g.large or alike'),
  EC2_RELEASE: matching(/^s3:\/\/[a-z0-9.-]+\/[\w./-]+$/, 's3://BUCKET/KEY'),
  EC2_NODE_PORT: wholeNumber({ min: 1, max: 65_535, fallback: 11_211 }),
  EC2_START_S: wholeNumber({ min: 30, max: 3_600, fallback: 300 }),
  NODE_SECRET_PARAMETER: matching(/^[\w./-]{1,500}$/, 'the name of an SSM parameter'),
  POOL_NAME: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, { error: 'must be letters, digits and hyphens' })
    .default('shoal'),
  CLOUDWATCH_NAMESPACE: notYet('nodes are asked for their counters directly'),
  CACHE_NODES: givenNodes(),
  CACHE_DISCOVERY: discovery(),
});

const NODE_SOURCES = ['CACHE_NODES', 'CACHE_DISCOVERY', 'EC2_LAUNCH_TEMPLATE'] as const;
const NEEDED_BY_EC2 = ['EC2_RELEASE', 'NODE_SECRET_PARAMETER'] as const;

export const variableNames: readonly string[] = Object.keys(environmentSchema.shape);

/** @throws ConfigError naming all faults together */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    variableNames.map((name) => [name, environment[name]]).filter(([, value]) => value !== ''),
  );
  const result = environmentSchema.safeParse(given);
  const faults = result.success
    ? faultsBetween(result.data)
    : result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  if (!result.success || faults.length > 0) throw new ConfigError(faults);
  return Object.freeze(result.data);
}

function faultsBetween(config: Config): string[] {
  const faults: string[] = [];
  if (config.POOL_SIZE > config.POOL_MAX_NODES) {
    faults.push(
      `POOL_SIZE (${config.POOL_SIZE}) must not be above POOL_MAX_NODES (${config.POOL_MAX_NODES})`,
    );
  }
  if (config.DATABASE_CA !== undefined && config.DATABASE_URL === undefined) {
    faults.push('DATABASE_CA is for MySQL: set DATABASE_URL too, or leave both unset');
  }
  const given = NODE_SOURCES.filter((name) => config[name] !== undefined);
  if (given.length > 1)
    faults.push(`${given.join(' and ')} must not be set together: each says where cache nodes come from`);
  if (config.EC2_LAUNCH_TEMPLATE !== undefined) {
    const missing = NEEDED_BY_EC2.filter((name) => config[name] === undefined);
    if (missing.length > 0) faults.push(`EC2_LAUNCH_TEMPLATE needs ${missing.join(' and ')} too`);
  }
  const isGuarded = config.TRUSTED_PROXIES !== undefined || config.ALLOW_PLAINTEXT !== undefined;
  if (!isLoopback(config.HOST) && !isGuarded) {
    faults.push(
      `HOST ${config.HOST} can be reached from elsewhere, where tokens and images would travel in plain text. Put a proxy with TLS in front and name it in TRUSTED_PROXIES, or set ALLOW_PLAINTEXT=1 where the network is to be trusted`,
    );
  }
  return faults;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function wholeNumber({ min, max, fallback }: { min: number; max: number; fallback: number }) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, { error })
    .transform(Number)
    .pipe(z.number().min(min, { error }).max(max, { error }))
    .default(fallback);
}

function secret() {
  return z
    .string()
    .regex(/^[\x21-\x7e]{32,}$/, {
      error: 'must have at least 32 characters and no spaces',
    })
    .optional();
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

function givenNodes() {
  return z
    .string()
    .transform((text, context) => {
      const given = parseGivenNodes(text);
      if ('nodes' in given) return given.nodes;
      for (const message of given.faults) context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .optional();
}

function discovery() {
  return givenNodes()
    .refine((nodes) => nodes === undefined || nodes.length === 1, {
      error: 'must be one host:port',
    })
    .transform((nodes) => nodes?.[0]?.address);
}

/** Ends in a slash, so that it looks like a folder to whoever lists the bucket. */
function objectPrefix() {
  return z
    .string()
    .regex(/^[A-Za-z0-9_-][A-Za-z0-9_.-]*(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*\/?$/, {
      error: 'must be words of letters, digits, ".", "_" and "-", with "/" between them',
    })
    .max(200, { error: 'must have at most 200 characters' })
    .transform((prefix) => prefix.replace(/\/?$/, '/'))
    .default('');
}

function matching(form: RegExp, want: string) {
  return z
    .string()
    .regex(form, { error: `must be ${want}` })
    .optional();
}

/** Words parted by commas. */
function wordList(word: RegExp, want: string) {
  return z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .refine((parts) => parts.every((part) => word.test(part)), { error: `must be ${want}` })
    .optional();
}

function notYet(instead: string) {
  return z.undefined({ error: `is not supported in this version: ${instead}. Leave it unset` }).optional();
}
