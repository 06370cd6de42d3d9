import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Debian keeps servers out of a user's PATH. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

/** Which of the programs that the benchmark compares and measures with are not installed. */
export async function missingTools(): Promise<string[]> {
  const tools = await Promise.all(
    ['nginx', 'wrk', 'memcached'].map(async (name) => ({ name, path: await find(name) })),
  );
  return tools.filter(({ path }) => path === undefined).map(({ name }) => name);
}

/** @throws when it is not installed */
export async function pathOf(name: string): Promise<string> {
  const path = await find(name);
  if (path === undefined) throw new Error(`${name} can't be found.`);
  return path;
}

async function find(name: string): Promise<string | undefined> {
  for (const folder of FOLDERS) {
    const path = join(folder, name);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Not here.
    }
  }
  return undefined;
}
