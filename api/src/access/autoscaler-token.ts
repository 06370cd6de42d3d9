import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { ShoalError } from '../errors.ts';

/** The fewest characters of a token that cannot be guessed. */
export const MIN_TOKEN_CHARACTERS = 32;

const TOKEN_BITS = 256;

/** The secret by which the autoscaler shows that it is the one who asks. Only its hash is kept in memory. */
export class AutoscalerToken {
  readonly #hash: Buffer;

  constructor(token: string) {
    this.#hash = hashOf(token);
  }

  /** Whether an Authorization header, or what stands for one on a websocket, shows the token: `Bearer TOKEN`. */
  isShownBy(authorization: unknown): boolean {
    if (typeof authorization !== 'string') return false;
    const [, token] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
    return token !== undefined && timingSafeEqual(hashOf(token), this.#hash);
  }
}

/**
 * The token that was given or, without one, that of the file `autoscaler.token` in the folder, which is made at the first start and
 * which only its owner can read.
 * @throws ShoalError UNAVAILABLE when the file can't be used
 */
export async function openAutoscalerToken({
  given,
  folder,
}: {
  readonly given: string | undefined;
  readonly folder: string;
}): Promise<AutoscalerToken> {
  return new AutoscalerToken(given ?? (await readOrMake(join(folder, 'autoscaler.token'))));
}

async function readOrMake(file: string): Promise<string> {
  try {
    return (await read(file)) ?? (await make(file));
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new ShoalError(
      'UNAVAILABLE',
      `The file autoscaler.token in DATA_DIR can't be used${reason}. Remove it, and it is made anew, or set AUTOSCALER_TOKEN.`,
      { cause: error },
    );
  }
}

/** Undefined when there is no file. */
async function read(file: string): Promise<string | undefined> {
  let text;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const token = text.trim();
  if (token.length < MIN_TOKEN_CHARACTERS || /\s/.test(token)) {
    throw new Error('The file holds no token.');
  }
  await chmod(file, 0o600);
  return token;
}

/** Under its name the file is there whole or not at all, whenever the process ends. */
async function make(file: string): Promise<string> {
  const token = randomBytes(TOKEN_BITS / 8).toString('base64url');
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.chmod(0o600);
    await handle.writeFile(`${token}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  return token;
}

/** Hashes are of one length, which comparing in constant time asks for. */
function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
