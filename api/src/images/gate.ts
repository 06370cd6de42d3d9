import { ShoalError } from '../errors.ts';

/** Lets a few through at a time, the others in the order in which they came. */
export class Gate {
  readonly #maxWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor({ places, maxWaiting }: { places: number; maxWaiting: number }) {
    this.#free = places;
    this.#maxWaiting = maxWaiting;
  }

  /** @throws ShoalError TOO_BUSY when too many wait already */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await this.#wait();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }

  async #wait(): Promise<void> {
    if (this.#waiting.length >= this.#maxWaiting) {
      throw new ShoalError('TOO_BUSY', 'Too many renderings are asked for at once. Try again in a moment.');
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
