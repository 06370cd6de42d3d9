/** Something that holds bytes of bodies on behalf of slow readers, and can get them again from elsewhere. */
export interface BudgetHolder {
  /** Gives back at once what can be had again, and leaves the list of holders. */
  letGo(): void;
}

/**
 * Bounds the memory that bodies on their way to readers take in this process. When it is used up, those who have held bytes the
 * longest for readers that don't keep up are asked to let go. A version's bytes never change, so whoever lets go carries on
 * from the object store later.
 */
export class BodyBudget {
  readonly limitBytes: number;
  #usedBytes = 0;
  readonly #holders = new Set<BudgetHolder>();

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Takes bytes if they are free or can be freed. */
  tryTake(bytes: number): boolean {
    if (this.#usedBytes + bytes > this.limitBytes) this.#free(bytes);
    if (this.#usedBytes + bytes > this.limitBytes) return false;
    this.#usedBytes += bytes;
    return true;
  }

  /** Takes bytes that are already in memory, above the limit if need be. */
  take(bytes: number): void {
    if (this.#usedBytes + bytes > this.limitBytes) this.#free(bytes);
    this.#usedBytes += bytes;
  }

  give(bytes: number): void {
    this.#usedBytes -= bytes;
  }

  /** Puts the holder at the end of the list of those who are asked to let go. */
  offer(holder: BudgetHolder): void {
    this.#holders.add(holder);
  }

  withdraw(holder: BudgetHolder): void {
    this.#holders.delete(holder);
  }

  #free(bytes: number): void {
    for (const holder of this.#holders) {
      if (this.#usedBytes + bytes <= this.limitBytes) return;
      this.#holders.delete(holder);
      holder.letGo();
    }
  }
}
