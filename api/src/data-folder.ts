import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'libsql';
import { ShoalError } from './errors.ts';

/**
 * Makes the data folder and claims it for this process, so that two of them never share staging files and sockets. The claim is
 * a lock of the operating system on a small SQLite file: it ends with the process, however that ends. Returns the release.
 * @throws ShoalError UNAVAILABLE when the folder can't be written or is in use
 */
export function claimDataFolder(folder: string): () => void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unwritable(folder, error);
  }
  let lock;
  try {
    lock = new Database(join(folder, 'in-use.lock'), { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')) {
      throw new ShoalError(
        'UNAVAILABLE',
        `DATA_DIR ${folder} is in use by another Shoal. Stop that one, or set another DATA_DIR.`,
      );
    }
    throw unwritable(folder, error);
  }
  return () => lock.close();
}

/** Like mkdir -p. Node's own `recursive` never returns where the file system answers ENOENT, as /proc does. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

function unwritable(folder: string, cause: unknown): ShoalError {
  const reason = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new ShoalError(
    'UNAVAILABLE',
    `DATA_DIR ${folder} can't be written${reason}. Allow it, or set DATA_DIR to a folder that can.`,
    { cause },
  );
}
