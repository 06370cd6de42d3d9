import type { Writable } from 'node:stream';

/** One message between the api and a worker: JSON that says what it is, and bytes that go past JSON. */
export interface Frame {
  readonly head: unknown;
  readonly payload: Buffer;
}

/** Both lengths, 32 bits each. */
const PREFIX_BYTES = 8;
const MAX_HEAD_BYTES = 65_536;

/** Writes a frame: prefix, head, payload. The payload must not change until `onWritten`. */
export function writeFrame(to: Writable, head: object, payload?: Buffer, onWritten?: () => void): void {
  const text = Buffer.from(JSON.stringify(head));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(text.length, 0);
  prefix.writeUInt32BE(payload?.length ?? 0, 4);
  to.cork();
  to.write(Buffer.concat([prefix, text]), payload === undefined ? onWritten : undefined);
  if (payload !== undefined) to.write(payload, onWritten);
  to.uncork();
}

/** Puts the frames of a stream together. A payload is copied once, into a buffer of its own size. */
export class FrameReader {
  readonly #maxPayloadBytes: number;
  readonly #onFrame: (frame: Frame) => void;
  #filling = Buffer.alloc(PREFIX_BYTES);
  #filledBytes = 0;
  #part: 'prefix' | 'head' | 'payload' = 'prefix';
  #payloadBytes = 0;
  #head: unknown;

  constructor({ maxPayloadBytes }: { maxPayloadBytes: number }, onFrame: (frame: Frame) => void) {
    this.#maxPayloadBytes = maxPayloadBytes;
    this.#onFrame = onFrame;
  }

  /** @throws when the other side sends what is no frame, or a larger one than is taken */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      const copied = chunk.copy(this.#filling, this.#filledBytes, at);
      at += copied;
      this.#filledBytes += copied;
      while (this.#filledBytes === this.#filling.length) this.#completePart();
    }
  }

  #completePart(): void {
    const part = this.#filling;
    if (this.#part === 'prefix') {
      const headBytes = part.readUInt32BE(0);
      this.#payloadBytes = part.readUInt32BE(4);
      if (headBytes === 0 || headBytes > MAX_HEAD_BYTES || this.#payloadBytes > this.#maxPayloadBytes)
        throw new Error('A frame is larger than is taken.');
      this.#begin('head', headBytes);
    } else if (this.#part === 'head') {
      this.#head = JSON.parse(part.toString());
      this.#begin('payload', this.#payloadBytes);
    } else {
      this.#begin('prefix', PREFIX_BYTES);
      this.#onFrame({ head: this.#head, payload: part });
    }
  }

  #begin(part: 'prefix' | 'head' | 'payload', bytes: number): void {
    this.#part = part;
    this.#filling = Buffer.allocUnsafeSlow(bytes);
    this.#filledBytes = 0;
  }
}
