import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** What fits into a sockaddr_un, without the zero at its end: unix(7), and 104 with it on macOS. */
const MAX_SOCKET_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/**
 * Makes the folder asked for or, where a socket's path would be too long in it, a short one that is always the same for it.
 * @param longestName the longest name that a socket will have
 * @throws when it can't be made, or is somebody else's
 */
export async function openSocketFolder(
  wanted: string,
  longestName: string,
  temporaryFolder: string,
): Promise<string> {
  const folder = resolve(wanted);
  if (fits(folder, longestName)) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }
  const user = process.getuid?.() ?? 0;
  const name = createHash('md5').update(folder).digest('hex').slice(0, 12);
  const short = join(temporaryFolder, `shoal-${user}-${name}`);
  if (!fits(short, longestName)) {
    throw new Error(
      `${folder} and ${short} are too long for sockets. Choose a data folder with a shorter path.`,
    );
  }
  await mkdir(short, { recursive: true, mode: 0o700 });
  // Anybody may make folders there: another user's would let them stand in for our nodes.
  const facts = await lstat(short);
  if (!facts.isDirectory() || (process.getuid !== undefined && facts.uid !== user)) {
    throw new Error(
      `${short} belongs to somebody else. Remove it, or choose a data folder with a shorter path.`,
    );
  }
  return short;
}

function fits(folder: string, name: string): boolean {
  return Buffer.byteLength(join(folder, name)) <= MAX_SOCKET_PATH_BYTES;
}
