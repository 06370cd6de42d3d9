import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes a folder and those above it such that they are still there after a power cut. One that exists is fine. */
export async function makeDurableFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  // A folder is durable once the one that it lies in has been synced. Without a `first`, somebody else has made it, perhaps only just now.
  const last = first ?? dirname(folder);
  for (let made = folder; ; made = dirname(made)) {
    await sync(dirname(made));
    if (made === last || made === dirname(made)) return;
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
