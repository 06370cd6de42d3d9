/** A lease as it is written down. Each renewal and each change of the holder adds one to `renewals`. */
export interface Lease {
  /** Empty when the last one has given it back. */
  readonly holder: string;
  readonly renewals: number;
}

/**
 * What one process has seen of a lease, and when. A lease has run out when it has stood still for its whole time before the eyes of the
 * one who wants it, by that one's own steady clock: no clock of the day is written down or compared, so that clocks that differ or
 * jump do no harm. The price is that a newcomer waits for the whole time, even where the holder has been gone for long.
 */
export class LeaseWatch {
  readonly #clock: () => number;
  #seen: Lease | undefined;
  #seenAt = 0;
  #renewedAt = -Infinity;

  /** @param clock milliseconds since any moment; it never jumps */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Whether nobody holds the lease any more, as far as has been seen. Tells it also that it was seen now. */
  hasRunOut(lease: Lease, ttlMs: number): boolean {
    const now = this.#clock();
    if (this.#seen?.holder !== lease.holder || this.#seen.renewals !== lease.renewals) {
      this.#seen = lease;
      this.#seenAt = now;
    }
    return lease.holder === '' || now - this.#seenAt >= ttlMs;
  }

  /** Whether its holder, which is this process, should renew it. Thrice in its time is often enough for others to see. */
  isRenewalDue(ttlMs: number): boolean {
    return this.#clock() - this.#renewedAt >= ttlMs / 3;
  }

  noteRenewal(): void {
    this.#renewedAt = this.#clock();
  }
}
