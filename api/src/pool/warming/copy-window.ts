/** Bounds what is being copied at a time, in bytes and in number. An entry larger than the whole window is copied alone. */
export class CopyWindow {
  readonly #limits: { readonly bytes: number; readonly entries: number };
  readonly #waiting: { readonly bytes: number; readonly enter: () => void }[] = [];
  #bytes = 0;
  #entries = 0;

  constructor(limits: { readonly bytes: number; readonly entries: number }) {
    this.#limits = limits;
  }

  /** Resolves when there is room, in the order of the calls. */
  async enter(bytes: number): Promise<void> {
    if (this.#waiting.length === 0 && this.#hasRoom(bytes)) return this.#count(bytes);
    await new Promise<void>((enter) => this.#waiting.push({ bytes, enter }));
  }

  leave(bytes: number): void {
    this.#bytes -= bytes;
    this.#entries--;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (!this.#hasRoom(next.bytes)) return;
      this.#waiting.shift();
      this.#count(next.bytes);
      next.enter();
    }
  }

  #hasRoom(bytes: number): boolean {
    if (this.#entries === 0) return true;
    return this.#entries < this.#limits.entries && this.#bytes + bytes <= this.#limits.bytes;
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#entries++;
  }
}
