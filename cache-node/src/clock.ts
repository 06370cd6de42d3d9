/** Seconds since 1970, whole, as memcached counts them; tests move them with `advance`. */
export class Clock {
  readonly #now: () => number;
  #offsetSeconds = 0;
  #pausedAt: number | undefined;

  /** `now` gives milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  seconds(): number {
    return this.#pausedAt ?? Math.floor(this.#now() / 1000) + this.#offsetSeconds;
  }

  advance(seconds: number): void {
    this.#offsetSeconds += seconds;
    if (this.#pausedAt !== undefined) this.#pausedAt += seconds;
  }

  pause(): void {
    this.#pausedAt ??= this.seconds();
  }

  resume(): void {
    this.#pausedAt = undefined;
  }
}

/** The longest time that is still taken as "seconds from now"; larger numbers are dates. */
const LONGEST_RELATIVE_SECONDS = 60 * 60 * 24 * 30;

/** What an entry's `expiresAt` holds when it was stored with a time in the past. */
export const ALREADY_EXPIRED = 1;

/** The date at which something stored `now` with `exptime` expires; 0 is never. */
export function expiryDate(exptime: number, now: number): number {
  if (exptime === 0) return 0;
  if (exptime < 0) return ALREADY_EXPIRED;
  return exptime > LONGEST_RELATIVE_SECONDS ? exptime : now + exptime;
}
