import { randomBytes } from 'node:crypto';
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ShoalError } from '../../errors.ts';
import { NODE_USER } from '../nodes/introduction.ts';

export interface NodeSecretFile {
  /** Lines of `name:password`, all of which our nodes take. */
  readonly file: string;
  /** That of the first line, which we say. */
  readonly secret: string;
}

const SECRET_BYTES = 32;
const FIRST_LINE = new RegExp(`^${NODE_USER}:([!-~]{16,200})\\r?(?:\\n|$)`);

/**
 * The file `nodes.secret` in the folder. It is made at the first start, and only its owner can read it.
 * @throws ShoalError UNAVAILABLE when it can't be used
 */
export async function openNodeSecretFile(folder: string): Promise<NodeSecretFile> {
  const file = join(folder, 'nodes.secret');
  try {
    const text = (await read(file)) ?? (await make(file));
    const [, secret] = FIRST_LINE.exec(text) ?? [];
    if (secret === undefined) throw new Error(`The first line is no ${NODE_USER}:PASSWORD.`);
    await chmod(file, 0o600);
    return { file, secret };
  } catch (error) {
    throw new ShoalError(
      'UNAVAILABLE',
      `The file nodes.secret in DATA_DIR can't be used. Begin it with a line ${NODE_USER}:PASSWORD of 16 characters or more, or remove it, and it is made anew.`,
      { cause: error },
    );
  }
}

/** Undefined when there is no file. */
async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'latin1');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function make(file: string): Promise<string> {
  const text = `${NODE_USER}:${randomBytes(SECRET_BYTES).toString('base64url')}\n`;
  await writeFile(`${file}.new`, text, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
  return text;
}
