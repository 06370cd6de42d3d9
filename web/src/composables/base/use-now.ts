import { onScopeDispose, shallowRef, type ShallowRef } from 'vue';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** The present time in milliseconds, for showing how long ago `since` is: every second in the first two minutes, then less often. */
export function useNow(since: () => number): Readonly<ShallowRef<number>> {
  const now = shallowRef(Date.now());
  let timer: ReturnType<typeof setTimeout>;
  const tick = (): void => {
    now.value = Date.now();
    timer = setTimeout(tick, now.value - since() < 2 * MINUTE_MS ? SECOND_MS : MINUTE_MS / 4);
  };
  tick();
  onScopeDispose(() => clearTimeout(timer));
  return now;
}
