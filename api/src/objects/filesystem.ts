import type { ObjectStore } from './object-store.ts';

/** Keeps objects as plain picture files in a folder. */
export async function openFilesystemStore(_options: { folder: string }): Promise<ObjectStore> {
  throw new Error('Not built yet.');
}
