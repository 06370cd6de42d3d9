/** memcached looks at so many words of a line; only the `get` family has use for more. */
const MOST_TOKENS = 23;

const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const NUL = 0;

/**
 * The words of one request line, as offsets into the bytes it arrived in. One object is used for line after line, so that reading a
 * request allocates nothing.
 */
export class RequestLine {
  bytes: Buffer = Buffer.alloc(0);
  /** How many words there are, the command among them. */
  count = 0;
  /** Where the line's words go on, when there are more than are kept; otherwise `undefined`. */
  rest: number | undefined;
  /** Where the line's words end: its terminator is not part of it. */
  end = 0;
  readonly #starts = new Int32Array(MOST_TOKENS + 1);
  readonly #ends = new Int32Array(MOST_TOKENS + 1);

  /** Reads the line that begins at `from`. Returns where the next one begins, or -1 if the line has not arrived whole. */
  read(bytes: Buffer, from: number, to: number): number {
    const starts = this.#starts;
    const ends = this.#ends;
    let count = 0;
    let start = -1;
    let at = from;
    for (; at < to; at++) {
      const byte = bytes[at]!;
      if (byte > SPACE) {
        if (start < 0) start = at;
      } else if (byte === SPACE) {
        if (start >= 0) {
          starts[count] = start;
          ends[count++] = at;
          start = -1;
          if (count === MOST_TOKENS) return this.#readLong(bytes, at + 1, to);
        }
      } else if (byte === NEWLINE) {
        break;
      } else if (byte === NUL) {
        // memcached's words end where a C string does.
        const newline = bytes.indexOf(NEWLINE, at);
        if (newline < 0 || newline >= to) return -1;
        if (start >= 0) {
          starts[count] = start;
          ends[count++] = at;
        }
        this.#set(bytes, count, at);
        return newline + 1;
      } else if (start < 0) {
        start = at;
      }
    }
    if (at >= to) return -1;
    const end = at - from > 1 && bytes[at - 1] === RETURN ? at - 1 : at;
    if (start >= 0 && start < end) {
      starts[count] = start;
      ends[count++] = end;
    }
    this.#set(bytes, count, end);
    return at + 1;
  }

  start(index: number): number {
    return this.#starts[index]!;
  }

  /** Where word `index` ends; its `start` for a word that isn't there. */
  endOf(index: number): number {
    return this.#ends[index]!;
  }

  lengthOf(index: number): number {
    return index < this.count ? this.#ends[index]! - this.#starts[index]! : 0;
  }

  /** The first byte of a word. */
  initial(index: number): number {
    return this.bytes[this.#starts[index]!]!;
  }

  /** A word with one character per byte. */
  text(index: number): string {
    return index < this.count ? this.bytes.toString('latin1', this.#starts[index]!, this.#ends[index]!) : '';
  }

  is(index: number, word: string): boolean {
    return this.lengthOf(index) === word.length && this.text(index) === word;
  }

  #readLong(bytes: Buffer, rest: number, to: number): number {
    const newline = bytes.indexOf(NEWLINE, rest);
    if (newline < 0 || newline >= to) return -1;
    const end = bytes[newline - 1] === RETURN ? newline - 1 : newline;
    this.#set(bytes, MOST_TOKENS, end);
    let more = rest;
    while (more < end && bytes[more] === SPACE) more++;
    if (more < end) this.rest = more;
    return newline + 1;
  }

  #set(bytes: Buffer, count: number, end: number): void {
    this.bytes = bytes;
    this.count = count;
    this.end = end;
    this.rest = undefined;
  }
}
