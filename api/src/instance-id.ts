import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The name of this process among those that share a database: the same after a restart on the same data folder, so that it goes on at
 * once with what it was about to do.
 */
export async function readInstanceId(folder: string): Promise<string> {
  const file = join(folder, 'instance-id');
  const known = await readFile(file, 'utf8').catch(() => '');
  if (/^[0-9a-f-]{36}$/.test(known.trim())) return known.trim();
  const id = randomUUID();
  await writeFile(`${file}.new`, `${id}\n`);
  await rename(`${file}.new`, file);
  return id;
}
