import type { MinuteSamples } from './minutes.ts';
import type { MetricsStore } from './stores/metrics-store.ts';

/** Minutes that wait while the store can't be used; older ones are lost. */
const MAX_WAITING = 15;

/** Writes samples one after the other, the oldest first. What can't be written is tried again with the next ones. */
export class MinuteWriter {
  readonly #store: Pick<MetricsStore, 'write'>;
  readonly #onTrouble: (error: unknown) => void;
  /** By minute, the newest of each. */
  readonly #waiting = new Map<number, MinuteSamples>();
  #writing: Promise<void> | undefined;

  constructor(store: Pick<MetricsStore, 'write'>, onTrouble: (error: unknown) => void) {
    this.#store = store;
    this.#onTrouble = onTrouble;
  }

  put(minute: number, samples: MinuteSamples): void {
    this.#waiting.set(minute, samples);
    for (const [oldest] of this.#waiting) {
      if (this.#waiting.size > MAX_WAITING) this.#waiting.delete(oldest);
    }
    this.#writing ??= this.#write();
  }

  /** Resolves when all is written that can be. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    try {
      // Newer ones of the same minute may come meanwhile, and are written too.
      for (let next = this.#oldest(); next !== undefined; next = this.#oldest()) {
        const [minute, samples] = next;
        await this.#store.write(samples);
        if (this.#waiting.get(minute) === samples) this.#waiting.delete(minute);
      }
    } catch (error) {
      this.#onTrouble(error);
    }
    this.#writing = undefined;
  }

  #oldest(): [minute: number, samples: MinuteSamples] | undefined {
    return this.#waiting.entries().next().value;
  }
}
