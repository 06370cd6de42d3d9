import type { PoolState } from './state/pool-state.ts';

const WINDOW_MS = 5_000;

/** How fast the resize under way copies, from the states of the pool that were seen in the last seconds. */
export class CopyPace {
  #resize: string | undefined;
  #points: { readonly at: number; readonly bytes: number }[] = [];

  see({ resizes }: PoolState, now: number): void {
    const resize = resizes.find(({ state }) => state === 'RUNNING');
    if (resize?.id !== this.#resize) this.#points = [];
    this.#resize = resize?.id;
    if (resize === undefined || resize.bytesTotal === null) return;
    this.#points = this.#points.filter(({ at }) => now - at < WINDOW_MS);
    this.#points.push({ at: now, bytes: resize.bytesCopied });
  }

  /** Undefined while too little is known. */
  bytesPerSecond(now: number): number | undefined {
    const first = this.#points[0];
    const last = this.#points.at(-1);
    if (first === undefined || last === undefined || last.at === first.at) return undefined;
    return Math.max(0, (1000 * (last.bytes - first.bytes)) / (now - first.at));
  }
}
