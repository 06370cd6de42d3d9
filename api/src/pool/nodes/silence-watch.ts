/** Silence is counted in ticks, so that a pause of our own process is not taken for one of the node's. */
const SILENT_TICKS = 5;

/** Watches somebody from whom something is due, and calls back when nothing has moved for too long. */
export class SilenceWatch {
  readonly #tickMs: number;
  readonly #hasMoved: () => boolean;
  readonly #onSilent: () => void;
  #timer: NodeJS.Timeout | undefined;
  #silentTicks = 0;

  /** `hasMoved` is asked on each tick: whether anything has moved since it was asked last. */
  constructor(silenceMs: number, { hasMoved, onSilent }: { hasMoved: () => boolean; onSilent: () => void }) {
    this.#tickMs = silenceMs / SILENT_TICKS;
    this.#hasMoved = hasMoved;
    this.#onSilent = onSilent;
  }

  /** Something is due from now on. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#hasMoved();
    this.#silentTicks = 0;
    this.#timer = setInterval(this.#onTick, this.#tickMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  readonly #onTick = (): void => {
    this.#silentTicks = this.#hasMoved() ? 0 : this.#silentTicks + 1;
    if (this.#silentTicks < SILENT_TICKS) return;
    this.stop();
    this.#onSilent();
  };
}
