/** Takes what a ReplyParser finds, in the order of the wire. */
export interface ReplyHandler {
  /** A reply without a value, or one line of an older command's reply: `HD`, `EN`, `STAT bytes 12`, `SERVER_ERROR ...`. */
  line(text: string): void;
  /** `VA` was read; `data` for sizeBytes in total and one `valueEnd` follow. Flags as sent. */
  value(sizeBytes: number, flags: string): void;
  /** A piece of the value, never empty: bytes from start to before end. */
  data(bytes: Buffer, start: number, end: number): void;
  valueEnd(): void;
}

/** What came over the wire is not the memcached protocol. The connection is of no more use. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError';
}

const MAX_LINE_BYTES = 2048;
const [CR, LF, SPACE, DIGIT_0, DIGIT_9, LETTER_A, LETTER_V] = [0x0d, 0x0a, 0x20, 0x30, 0x39, 0x41, 0x56];

/**
 * Parses the replies of memcached's meta protocol (protocol.txt, "Meta Commands") and the line replies of the older commands, as
 * the bytes come in and without copying values.
 */
export class ReplyParser {
  readonly #handler: ReplyHandler;
  #state: 'line' | 'value' | 'value end' = 'line';
  /** Of the value, then of its line end. */
  #missingBytes = 0;
  /** The beginning of a line whose end has not come yet. */
  #partialLine: Buffer | undefined;

  constructor(handler: ReplyHandler) {
    this.#handler = handler;
  }

  /**
   * Parses the first `end` bytes. They may be overwritten afterwards.
   * @throws ReplyError
   */
  push(bytes: Buffer, end = bytes.length): void {
    let at = 0;
    while (at < end) {
      switch (this.#state) {
        case 'line':
          at = this.#readLine(bytes, at, end);
          break;
        case 'value': {
          const stop = Math.min(end, at + this.#missingBytes);
          this.#missingBytes -= stop - at;
          this.#handler.data(bytes, at, stop);
          at = stop;
          if (this.#missingBytes === 0) this.#expectValueEnd();
          break;
        }
        case 'value end':
          if (bytes[at] !== (this.#missingBytes === 2 ? CR : LF))
            throw new ReplyError('A value is longer than announced.');
          at++;
          if (--this.#missingBytes > 0) break;
          this.#state = 'line';
          this.#handler.valueEnd();
          break;
      }
    }
  }

  #expectValueEnd(): void {
    this.#state = 'value end';
    this.#missingBytes = 2;
  }

  /** @returns where to read on */
  #readLine(bytes: Buffer, start: number, end: number): number {
    const lineFeed = bytes.indexOf(LF, start);
    if (lineFeed < 0 || lineFeed >= end) {
      this.#keepPartialLine(bytes.subarray(start, end));
      return end;
    }
    if (this.#partialLine === undefined) {
      this.#parseLine(bytes, start, lineFeed);
    } else {
      this.#keepPartialLine(bytes.subarray(start, lineFeed + 1));
      const line = this.#partialLine;
      this.#partialLine = undefined;
      this.#parseLine(line, 0, line.length - 1);
    }
    return lineFeed + 1;
  }

  #keepPartialLine(piece: Buffer): void {
    this.#partialLine = Buffer.concat(this.#partialLine === undefined ? [piece] : [this.#partialLine, piece]);
    if (this.#partialLine.length > MAX_LINE_BYTES) throw new ReplyError('A reply line does not end.');
  }

  #parseLine(bytes: Buffer, start: number, lineFeed: number): void {
    const end = bytes[lineFeed - 1] === CR && lineFeed > start ? lineFeed - 1 : lineFeed;
    if (bytes[start] !== LETTER_V || bytes[start + 1] !== LETTER_A || bytes[start + 2] !== SPACE) {
      this.#handler.line(bytes.toString('latin1', start, end));
      return;
    }
    let at = start + 3;
    let sizeBytes = 0;
    for (; at < end && bytes[at]! >= DIGIT_0 && bytes[at]! <= DIGIT_9; at++) {
      sizeBytes = sizeBytes * 10 + (bytes[at]! - DIGIT_0);
    }
    if (at === start + 3 || sizeBytes > Number.MAX_SAFE_INTEGER) throw new ReplyError('A value has no size.');
    this.#handler.value(sizeBytes, bytes.toString('latin1', at + 1, end));
    if (sizeBytes === 0) {
      this.#expectValueEnd();
    } else {
      this.#state = 'value';
      this.#missingBytes = sizeBytes;
    }
  }
}
