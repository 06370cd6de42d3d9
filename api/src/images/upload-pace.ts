import type { Caller } from '../access/caller.ts';
import { ShoalError } from '../errors.ts';

/** Who sends something: what is known of them. */
export interface Sender {
  readonly caller?: Caller | undefined;
  /** Where the request comes from. */
  readonly address?: string | undefined;
}

const MINUTE_MS = 60_000;
/** Of one minute. The first are forgotten where there are more. */
const MAX_SENDERS = 10_000;

/** Bounds how many uploads may begin in a minute, by token and by address, in this process alone. */
export class UploadPace {
  readonly #perMinute: number;
  readonly #clock: () => number;
  readonly #counts = new Map<string, number>();
  #minute = 0;

  /** @param options.clock monotonic, in milliseconds */
  constructor({ perMinute, clock }: { readonly perMinute: number; readonly clock: () => number }) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  /** @throws ShoalError TOO_BUSY, which says when the next minute begins */
  admit({ caller, address }: Sender): void {
    const now = this.#clock();
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.#minute) this.#counts.clear();
    this.#minute = minute;
    const senders = [
      caller === undefined ? undefined : `token ${caller.tokenId}`,
      address === undefined ? undefined : `address ${address}`,
    ];
    for (const sender of senders) {
      if (sender === undefined || this.#count(sender) <= this.#perMinute) continue;
      const retryAfterSeconds = Math.ceil(((minute + 1) * MINUTE_MS - now) / 1000);
      throw new ShoalError(
        'TOO_BUSY',
        `More than ${this.#perMinute} uploads came from one token or address within a minute. Wait for the next.`,
        { retryAfterSeconds },
      );
    }
  }

  #count(sender: string): number {
    const count = (this.#counts.get(sender) ?? 0) + 1;
    if (count === 1 && this.#counts.size >= MAX_SENDERS) {
      const [first] = this.#counts.keys();
      this.#counts.delete(first!);
    }
    this.#counts.set(sender, count);
    return count;
  }
}
