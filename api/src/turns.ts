import type { ShoalError } from './errors.ts';

export interface TurnsOptions {
  /** How many have a turn at the same time. */
  readonly atOnce: number;
  /** How many may wait for one. */
  readonly maxWaiting: number;
  /** How long one may wait. Unless given, for ever. */
  readonly maxWaitMs?: number;
  /** What those are told who may not wait, or no longer. */
  readonly refusal: () => ShoalError;
}

/** Lets a bounded number go at once; the others wait in the order in which they came. */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #waiting = new Set<() => void>();
  #taken = 0;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /**
   * Resolves when it is the caller's turn, with the way to end it; calling that again does nothing.
   * @throws what `refusal` gives
   */
  async take(): Promise<() => void> {
    if (this.#taken < this.#options.atOnce) this.#taken++;
    else await this.#wait();
    let isOver = false;
    return () => {
      if (!isOver) this.#leave();
      isOver = true;
    };
  }

  async #wait(): Promise<void> {
    const { maxWaiting, maxWaitMs, refusal } = this.#options;
    if (this.#waiting.size >= maxWaiting) throw refusal();
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        clearTimeout(timer);
        resolve();
      };
      const giveUp = () => {
        this.#waiting.delete(go);
        reject(refusal());
      };
      const timer = maxWaitMs === undefined ? undefined : setTimeout(giveUp, maxWaitMs);
      this.#waiting.add(go);
    });
  }

  /** The turn goes to the next in line without becoming free, so that nobody overtakes. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#taken--;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
