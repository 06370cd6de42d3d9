/**
 * What `flush_all` has taken: all that was stored up to its date. Stores are numbered, so that no entry need be touched for it; an
 * entry keeps the number of the store that it comes from.
 */
export class Flushes {
  readonly #hasCas: boolean;
  #sequence = 0;
  #flushedSequence = 0;
  /** When the last flush was; 0 if there was none. */
  #flushedAt = 0;
  #dueAt = 0;

  constructor(hasCas: boolean) {
    this.#hasCas = hasCas;
  }

  /** The date of a flush that is still to come; 0 if there is none. */
  get dueAt(): number {
    return this.#dueAt;
  }

  /** Everything stored until `date` goes; a date that is not in the future is now. */
  flush(date: number, now: number): void {
    if (date > now) {
      this.#dueAt = date;
    } else {
      this.#dueAt = 0;
      this.#flushedSequence = this.#sequence;
      this.#flushedAt = now;
    }
  }

  /** The number of a store. Without CAS a flush takes what is stored in the same second too, as memcached's does. */
  nextSequence(now: number): number {
    return !this.#hasCas && this.#flushedAt === now ? 0 : ++this.#sequence;
  }

  haveTaken(sequence: number, now: number): boolean {
    if (this.#dueAt !== 0 && this.#dueAt <= now) {
      this.#dueAt = 0;
      this.#flushedSequence = this.#sequence;
    }
    return sequence <= this.#flushedSequence;
  }
}
