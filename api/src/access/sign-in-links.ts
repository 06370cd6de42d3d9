import { hashSecret, makeSecret } from './secret.ts';

const LIFETIME_MS = 15 * 60_000;

/** Codes that sign in once and for a quarter of an hour. Only this process knows them. */
export class SignInLinks {
  readonly #now: () => number;
  /** When they expire, by their hash. */
  readonly #expiries = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  make(): string {
    const code = makeSecret();
    this.#expiries.set(hashSecret(code), this.#now() + LIFETIME_MS);
    return code;
  }

  /** Whether the code was good; it no longer is. */
  redeem(code: string): boolean {
    const hash = hashSecret(code);
    const expiry = this.#expiries.get(hash);
    this.#expiries.delete(hash);
    return expiry !== undefined && this.#now() < expiry;
  }
}
