import { Readable } from 'node:stream';

export interface ResumedBodyOptions {
  readonly first: Readable;
  readonly sizeBytes: number;
  /** Asks for the bytes from a position on; gives up by itself when that takes too long. */
  readonly reopen: (fromByte: number) => Promise<Readable>;
}

/**
 * The bytes of an object, whose connection may break in the middle: the rest is then asked for. When it can't be had, the stream is
 * destroyed with the reason.
 */
export class ResumedBody extends Readable {
  readonly #options: ResumedBodyOptions;
  #body: Readable | undefined;
  #receivedBytes = 0;
  /** How much had come when it was last asked for the rest. */
  #reopenedAtByte = -1;

  constructor(options: ResumedBodyOptions) {
    super();
    this.#options = options;
    this.#follow(options.first);
  }

  override _read(): void {
    this.#body?.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#body?.destroy();
    callback(error);
  }

  #follow(body: Readable): void {
    this.#body = body;
    body.pause();
    let isOver = false;
    const over = (error?: Error) => {
      if (isOver || this.destroyed) return;
      isOver = true;
      this.#body = undefined;
      if (this.#receivedBytes >= this.#options.sizeBytes) this.push(null);
      else this.#goOn(error ?? new Error('The object store has ended an answer early.'));
    };
    body.on('data', (chunk: Buffer) => {
      this.#receivedBytes += chunk.length;
      if (!this.push(chunk)) body.pause();
    });
    body.once('end', over);
    body.once('close', over);
    body.on('error', over);
    body.resume();
  }

  #goOn(error: Error): void {
    // A store that breaks off twice without a byte between will not do better.
    if (this.#reopenedAtByte === this.#receivedBytes) {
      this.destroy(error);
      return;
    }
    this.#reopenedAtByte = this.#receivedBytes;
    this.#options.reopen(this.#receivedBytes).then(
      (body) => {
        if (this.destroyed) body.destroy();
        else this.#follow(body);
      },
      (reason: Error) => this.destroy(reason),
    );
  }
}
