import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

export const SHAPES = ['constant', 'day', 'flash'] as const;
export type Shape = (typeof SHAPES)[number];

/** What the load generator was asked to do. */
export interface LoadOptions {
  readonly url: string;
  readonly prefix: string;
  readonly token: string | undefined;
  readonly images: number;
  /** Exponent of the popularity: 0 reads all alike, 1 the second half as often as the first. */
  readonly zipf: number;
  /** Reads per second at the height of the shape. */
  readonly rate: number;
  readonly minutes: number;
  readonly shape: Shape;
  /** Widths of renderings to read besides the originals. */
  readonly widths: readonly number[];
  readonly seed: number;
}

export class UsageError extends Error {}

export const HELP = `Uploads images and reads them with a Zipf popularity, against a Shoal that runs.

  npm run load -- [options]

  --images 2000       how many images there are: 1 to 1,000,000
  --zipf 0.9          exponent of their popularity: 0 to 3
  --rate 500          reads per second at the most: 1 to 100,000
  --minutes 10        for how long: 0.01 to 1,440
  --shape constant    the rate over the time: constant, day (up and down once) or flash (five times as much in the middle)
  --widths 320,640    widths of renderings; half of the reads ask for one. None unless given
  --prefix load/      what the keys begin with
  --seed 1            another seed makes other pictures and another popularity: 1 to 1,000,000
  --url http://127.0.0.1:8080
  --token TOKEN       of an EDITOR or above; or the environment variable SHOAL_TOKEN. Without one, that of data/admin.token
`;

/**
 * Reads the arguments; undefined when help is wanted.
 * @throws UsageError naming the argument and what it may be
 */
export function readOptions(args: readonly string[]): LoadOptions | undefined {
  const { values } = parse(args);
  if (values.help) return undefined;
  return {
    url: parseUrl(values.url),
    prefix: values.prefix,
    token: values.token ?? process.env['SHOAL_TOKEN'] ?? readLocalToken(values.url),
    images: parseNumber('--images', values.images, { min: 1, max: 1_000_000, isWhole: true }),
    zipf: parseNumber('--zipf', values.zipf, { min: 0, max: 3 }),
    rate: parseNumber('--rate', values.rate, { min: 1, max: 100_000 }),
    minutes: parseNumber('--minutes', values.minutes, { min: 0.01, max: 1440 }),
    shape: parseShape(values.shape),
    widths:
      values.widths === ''
        ? []
        : values.widths
            .split(',')
            .map((width) => parseNumber('--widths', width, { min: 1, max: 10_000, isWhole: true })),
    seed: parseNumber('--seed', values.seed, { min: 1, max: 1_000_000, isWhole: true }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        url: { type: 'string', default: 'http://127.0.0.1:8080' },
        prefix: { type: 'string', default: 'load/' },
        token: { type: 'string' },
        images: { type: 'string', default: '2000' },
        zipf: { type: 'string', default: '0.9' },
        rate: { type: 'string', default: '500' },
        minutes: { type: 'string', default: '10' },
        shape: { type: 'string', default: 'constant' },
        widths: { type: 'string', default: '' },
        seed: { type: 'string', default: '1' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** What the first start has made for the ADMIN, where it is a Shoal of this folder that is meant. */
function readLocalToken(url: string): string | undefined {
  const file = new URL('../../data/admin.token', import.meta.url);
  if (!/^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/.test(url) || !existsSync(file)) return undefined;
  return readFileSync(file, 'utf8').trim();
}

function parseNumber(
  name: string,
  text: string,
  { min, max, isWhole = false }: { min: number; max: number; isWhole?: boolean },
): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!(value >= min && value <= max) || (isWhole && !Number.isInteger(value))) {
    const kind = isWhole ? 'a whole number' : 'a number';
    throw new UsageError(`${name} must be ${kind} from ${min} to ${max}, not "${text}".`);
  }
  return value;
}

function parseShape(text: string): Shape {
  const shape = SHAPES.find((known) => known === text);
  if (shape === undefined)
    throw new UsageError(`--shape must be one of ${SHAPES.join(', ')}, not "${text}".`);
  return shape;
}

function parseUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new UsageError(`--url must look like http://127.0.0.1:8080, not "${text}".`);
  }
  return new URL(text).origin;
}
