import { inject, type InjectionKey } from 'vue';
import type { ReceivedFile } from './received-files.ts';
import type { UploadQueue } from './upload-queue.ts';

export const uploadQueueKey: InjectionKey<UploadQueue> = Symbol('UploadQueue');

export interface Uploads {
  readonly queue: UploadQueue;
  /** Adds files as drafts under suggested keys. */
  addFiles(files: readonly ReceivedFile[]): void;
}

/** The page's one upload queue. */
export function useUploads(): Uploads {
  const queue = inject(uploadQueueKey);
  if (!queue) throw new Error('UploadQueue must be provided by the app');
  return { queue, addFiles: (files) => queue.suggest(files) };
}
