export interface ReplyWatchOptions {
  /** The node counts as late when a reply is due and nothing comes for this long. Undefined: it never does. */
  readonly lateAfterMs: number | undefined;
  /** It is given up after this long. */
  readonly silentAfterMs: number;
  /** Whether a reply is due. */
  isDue(): boolean;
  onLate(): void;
  onSilent(): void;
}

/** Silence is counted in ticks, so that a pause of our own process is not taken for one of the node's. */
const TICKS = 6;

/** Watches a node that owes replies: when it is silent it is late first, and then given up. */
export class ReplyWatch {
  readonly #options: ReplyWatchOptions;
  readonly #tickMs: number;
  readonly #silentAfterTicks: number;
  #silentTicks = 0;
  #isLate = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ReplyWatchOptions) {
    this.#options = options;
    this.#tickMs = (options.lateAfterMs ?? options.silentAfterMs) / TICKS;
    this.#silentAfterTicks = Math.ceil(options.silentAfterMs / this.#tickMs);
  }

  /** A reply is due and nothing has come for a while. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** Call when a reply becomes due and none was before. */
  begin(): void {
    this.#silentTicks = 0;
    this.#timer ??= setTimeout(this.#onTick, this.#tickMs);
  }

  /** Call when anything has come. */
  heard(): void {
    this.#silentTicks = 0;
    this.#isLate = false;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  readonly #onTick = (): void => {
    this.#timer = undefined;
    if (!this.#options.isDue()) return;
    this.#silentTicks++;
    if (this.#silentTicks >= this.#silentAfterTicks) {
      this.#options.onSilent();
      return;
    }
    this.#timer = setTimeout(this.#onTick, this.#tickMs);
    if (this.#options.lateAfterMs === undefined || this.#isLate || this.#silentTicks < TICKS) return;
    this.#isLate = true;
    this.#options.onLate();
  };
}
