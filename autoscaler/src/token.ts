import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Reads the token that shows the api who asks: the one that was given, else that of the file which the api makes in its data folder.
 * Read anew each time, as the file may be made, or made anew, while this process runs.
 */
export async function readToken({
  given,
  folder,
}: {
  readonly given: string | undefined;
  readonly folder: string;
}): Promise<string> {
  if (given !== undefined) return given;
  const file = join(folder, 'autoscaler.token');
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new Error(`${file} can't be read. Set DATA_DIR to that of the api, or AUTOSCALER_TOKEN`, {
      cause: error,
    });
  }
}
