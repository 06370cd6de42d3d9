const BEAT_MS = 20;
const NOTHING_MS = 30;

/** Measures how long this machine keeps a process waiting that wants to do something. */
export class Stalls {
  #last = performance.now();
  #totalMs = 0;
  readonly #timer = setInterval(() => this.#beat(), BEAT_MS);

  /** All of them together, since this was made. */
  get totalMs(): number {
    this.#beat();
    return this.#totalMs;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    const now = performance.now();
    const lateMs = now - this.#last - BEAT_MS;
    if (lateMs > NOTHING_MS) this.#totalMs += lateMs;
    this.#last = now;
  }
}
