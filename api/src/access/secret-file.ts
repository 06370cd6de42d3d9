import { chmod, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { ShoalError } from '../errors.ts';
import { MIN_SECRET_CHARACTERS } from './secret.ts';

export interface SecretFile {
  readonly folder: string;
  /** Name of the file. */
  readonly name: string;
  /** The setting that can take its place, if there is one. */
  readonly setting?: string;
  readonly make: () => string;
}

/**
 * The secrets in a file, one a line, which only its owner can read. At the first start it is made with one.
 * @throws ShoalError UNAVAILABLE when the file can't be used
 */
export async function readSecretFile({ folder, name, setting, make }: SecretFile): Promise<string[]> {
  const file = join(folder, name);
  try {
    return (await read(file)) ?? (await write(file, make()));
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    const instead = setting === undefined ? '' : `, or set ${setting}`;
    throw new ShoalError(
      'UNAVAILABLE',
      `The file ${name} in DATA_DIR can't be used${reason}. Remove it, and it is made anew${instead}.`,
      { cause: error },
    );
  }
}

/** Undefined when there is no file. */
async function read(file: string): Promise<string[] | undefined> {
  let text;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const secrets = text.trim().split(/\r?\n/);
  if (secrets.some((secret) => secret.length < MIN_SECRET_CHARACTERS || /\s/.test(secret))) {
    throw new Error('The file holds no secret.');
  }
  await chmod(file, 0o600);
  return secrets;
}

/** Under its name the file is there whole or not at all, whenever the process ends. */
async function write(file: string, secret: string): Promise<string[]> {
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.chmod(0o600);
    await handle.writeFile(`${secret}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  return [secret];
}
