import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import type { TotalProgress } from './total-progress.ts';
import { UploadSpeed } from './upload-speed.ts';

const EVERY_MS = 500;

/** Bytes per second that are sent now. Undefined while nothing is, or it is not known yet. */
export function useUploadSpeed(total: () => TotalProgress): Readonly<ShallowRef<number | undefined>> {
  const bytesPerSecond = shallowRef<number>();
  const speed = new UploadSpeed();
  let timer: ReturnType<typeof setInterval> | undefined;
  watch(
    () => total().sending > 0,
    (isSending) => {
      clearInterval(timer);
      speed.forget();
      bytesPerSecond.value = undefined;
      if (!isSending) return;
      timer = setInterval(
        () => (bytesPerSecond.value = speed.sample(performance.now(), total().sentBytes)),
        EVERY_MS,
      );
    },
    { immediate: true },
  );
  onScopeDispose(() => clearInterval(timer));
  return bytesPerSecond;
}
