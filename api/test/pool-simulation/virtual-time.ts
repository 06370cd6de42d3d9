/** Time that passes only when the next thing happens, and chance that a seed decides: the same seed gives the same history. */
export class VirtualTime {
  now = 1_800_000_000_000;
  #seed: number;
  #order = 0;
  /** A heap by time, then by order. */
  readonly #events: { readonly at: number; readonly order: number; readonly run: () => void }[] = [];

  constructor(seed: number) {
    this.#seed = seed | 0;
  }

  /** From 0 to below 1 (mulberry32). */
  random(): number {
    this.#seed = (this.#seed + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1));
  }

  after(ms: number, run: () => void): void {
    this.#events.push({ at: this.now + ms, order: this.#order++, run });
    this.#rise(this.#events.length - 1);
  }

  /** Lets time pass until a condition holds or the time is over. Returns whether it holds. */
  async pass(ms: number, isEnough: () => boolean = () => false): Promise<boolean> {
    const end = this.now + ms;
    while (!isEnough()) {
      const next = this.#events[0];
      if (next === undefined || next.at > end) {
        this.now = end;
        return isEnough();
      }
      this.#take();
      this.now = Math.max(this.now, next.at);
      next.run();
      // A tick comes when no promise has anything to do any more.
      await new Promise<void>((resolve) => process.nextTick(resolve));
    }
    return true;
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#events[a]!, this.#events[b]!];
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    [this.#events[a], this.#events[b]] = [this.#events[b]!, this.#events[a]!];
  }

  #rise(index: number): void {
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      if (!this.#isBefore(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #take(): void {
    this.#swap(0, this.#events.length - 1);
    this.#events.pop();
    for (let index = 0; ;) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < this.#events.length && this.#isBefore(child, least)) least = child;
      }
      if (least === index) return;
      this.#swap(index, least);
      index = least;
    }
  }
}
