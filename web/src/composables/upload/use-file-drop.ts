import { onMounted, onScopeDispose, shallowRef, type ShallowRef } from 'vue';
import { droppedFiles, pastedFiles, type ReceivedFile } from './received-files.ts';

/** Takes files dropped anywhere on the page or pasted. Says whether files are being dragged over it now. */
export function useFileDrop(onFiles: (files: ReceivedFile[]) => void): Readonly<ShallowRef<boolean>> {
  const isDragging = shallowRef(false);
  /** Enter and leave come for every element on the way, in pairs. */
  let depth = 0;

  const listeners = {
    dragenter: (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth++;
      isDragging.value = true;
    },
    dragover: (event: DragEvent) => {
      if (!hasFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
    },
    dragleave: (event: DragEvent) => {
      if (hasFiles(event) && --depth <= 0) reset();
    },
    drop: (event: DragEvent) => {
      if (!hasFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      reset();
      void droppedFiles(event.dataTransfer).then(onFiles);
    },
    paste: (event: ClipboardEvent) => {
      if (!event.clipboardData || event.clipboardData.files.length === 0) return;
      event.preventDefault();
      onFiles(pastedFiles(event.clipboardData, new Date()));
    },
  };

  function reset(): void {
    depth = 0;
    isDragging.value = false;
  }

  const stopListening = new AbortController();
  onMounted(() => {
    for (const [name, listener] of Object.entries(listeners)) {
      addEventListener(name, listener as EventListener, { signal: stopListening.signal });
    }
  });
  onScopeDispose(() => stopListening.abort());
  return isDragging;
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}
