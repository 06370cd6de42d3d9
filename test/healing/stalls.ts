const BEAT_MS = 20;

/** Measures how long this machine keeps a process waiting that wants to do something. */
export class Stalls {
  #last = performance.now();
  #longestMs = 0;
  readonly #timer = setInterval(() => this.#beat(), BEAT_MS);

  /** Since it was made. */
  get longestMs(): number {
    this.#beat();
    return this.#longestMs;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    const now = performance.now();
    this.#longestMs = Math.max(this.#longestMs, now - this.#last - BEAT_MS);
    this.#last = now;
  }
}
