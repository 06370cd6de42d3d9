import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it such that they are still there after a power cut; one that exists is fine. With `within`, that
 * holds for all folders between the two, also for those that somebody else is only just making.
 */
export async function makeDurableFolder(folder: string, within?: string): Promise<void> {
  const first = (await mkdir(folder, { recursive: true })) ?? folder;
  // A folder is durable once the one that it lies in has been synced.
  const last = within ?? dirname(first);
  for (let parent = dirname(folder); ; parent = dirname(parent)) {
    await sync(parent);
    if (parent === last || parent === dirname(parent)) return;
  }
}

/** Returns once a file's bytes, or a folder's names, are on the disk. */
export async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
