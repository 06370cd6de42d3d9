import { watch } from 'vue';
import { KeptUploads } from './kept-uploads.ts';
import type { UploadQueue } from './upload-queue.ts';

/** Brings back the uploads from before a reload, and has the browser keep those that are not through from now on. */
export async function keepQueue(queue: UploadQueue): Promise<void> {
  const kept = await KeptUploads.open();
  if (!kept) return;
  await kept.takeOver((uploads) => {
    queue.restore(uploads);
    return queue.uploads;
  });
  watch(
    () => queue.uploads,
    (uploads) => kept.save(uploads),
    { immediate: true },
  );
}
