const ITEMS_PER_CHUNK = 4096;

/** Last in, first out, in small arrays: V8 does as much marking at once as it allocates, so that a large array would be a long pause. */
export class Stack<T> {
  readonly #chunks: T[][] = [];

  push(item: T): void {
    const last = this.#chunks.at(-1);
    if (last !== undefined && last.length < ITEMS_PER_CHUNK) last.push(item);
    else this.#chunks.push([item]);
  }

  pop(): T | undefined {
    const last = this.#chunks.at(-1);
    const item = last?.pop();
    if (last?.length === 0) this.#chunks.pop();
    return item;
  }

  clear(): void {
    this.#chunks.length = 0;
  }
}
