export const SCRATCH_BYTES = 256 * 1024;
/** Making a view of a short reply takes longer than the reply: those of up to so many bytes are kept. */
const LONGEST_KEPT_VIEW_BYTES = 1024;

/** Where replies are put together. One serves all connections: each takes its replies away before the next one's turn. */
export class Scratch {
  bytes: Buffer = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  used = 0;
  #spare: Buffer | undefined;
  /** Views of the first bytes, by their number. */
  #views: (Buffer | undefined)[] = [];

  /** All that has been used. */
  view(): Buffer {
    const { used } = this;
    return used > LONGEST_KEPT_VIEW_BYTES
      ? this.bytes.subarray(0, used)
      : (this.#views[used] ??= this.bytes.subarray(0, used));
  }

  /** A socket is still reading from the bytes: they are left to it until they are taken back. */
  leave(): Buffer {
    const left = this.bytes;
    this.bytes = this.#spare ?? Buffer.allocUnsafeSlow(SCRATCH_BYTES);
    this.#spare = undefined;
    this.#views = [];
    return left;
  }

  takeBack(left: Buffer): void {
    this.#spare = left;
  }
}
