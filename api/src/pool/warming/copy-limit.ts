/** Time as the copying knows it, in milliseconds. */
export interface CopyClock {
  now(): number;
  /** @throws the reason when the signal aborts */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** How often the limit is asked for anew by those who wait. */
const LOOK_AGAIN_MS = 50;
/** What may be saved up while nothing is to be copied. */
const BURST_SECONDS = 0.1;
const MIB = 2 ** 20;

/**
 * Holds all sources of a pass together to a number of MiB a second: a bucket of bytes that fills at that rate. A large entry is let
 * through at once and its debt is waited off by those after it. The limit may change at any time; 0 stops everything until it changes.
 */
export class CopyLimit {
  readonly #limitMiBps: () => number;
  readonly #clock: CopyClock;
  #bytes = 0;
  #filledAt: number;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(limitMiBps: () => number, clock: CopyClock) {
    this.#limitMiBps = limitMiBps;
    this.#clock = clock;
    this.#filledAt = clock.now();
  }

  /**
   * Resolves when so many bytes may be copied, in the order of the calls.
   * @throws the reason when the signal aborts
   */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    const turn = this.#turn.then(() => this.#wait(bytes, signal));
    this.#turn = turn.catch(() => {});
    await turn;
  }

  /** Gives back what was taken for nothing. */
  giveBack(bytes: number): void {
    this.#bytes += bytes;
  }

  async #wait(bytes: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const limit = this.#limitMiBps();
      this.#fill(limit * MIB);
      if (limit > 0 && this.#bytes >= 0) break;
      const dueMs = limit > 0 ? (-this.#bytes / (limit * MIB)) * 1000 : LOOK_AGAIN_MS;
      await this.#clock.sleep(Math.min(LOOK_AGAIN_MS, Math.max(1, dueMs)), signal);
    }
    this.#bytes -= bytes;
  }

  #fill(bytesPerSecond: number): void {
    const now = this.#clock.now();
    const seconds = Math.max(0, now - this.#filledAt) / 1000;
    this.#filledAt = now;
    if (bytesPerSecond === Infinity) this.#bytes = Math.max(0, this.#bytes);
    else this.#bytes = Math.min(bytesPerSecond * BURST_SECONDS, this.#bytes + seconds * bytesPerSecond);
  }
}
