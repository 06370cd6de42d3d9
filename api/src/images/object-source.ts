import { ShoalError } from '../errors.ts';
import type { BodySource, ImageReading } from './image-reading.ts';
import type { OpenObject } from './object-reads.ts';

/** An object's stream as the source of one read, at the pace of its receiver. Not shared, and fills no node. */
export class ObjectSource implements BodySource {
  readonly #reading: ImageReading;
  #wake: () => void = () => {};
  #object: OpenObject | undefined;
  #isClosed = false;

  constructor(reading: ImageReading) {
    this.#reading = reading;
  }

  resume(): void {
    this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#object?.discard();
    this.#wake();
  }

  /** Never rejects: the reading is told how it went. */
  async run(open: (isWanted: () => boolean) => Promise<OpenObject | undefined>): Promise<void> {
    try {
      const object = await open(() => !this.#isClosed);
      if (this.#isClosed) object?.discard();
      else if (object === undefined)
        this.#reading.fail(new ShoalError('NOT_FOUND', 'There is no such image.'));
      else await this.#send(object);
    } catch (error) {
      if (!this.#isClosed) this.#reading.fail(asUnavailable(error));
    }
  }

  async #send(object: OpenObject): Promise<void> {
    this.#object = object;
    let skipBytes = this.#reading.deliveredBytes;
    if (!this.#reading.begin(object.facts, false)) {
      object.discard();
      return;
    }
    for await (const chunk of object.chunks) {
      const wanted = chunk.subarray(Math.min(skipBytes, chunk.length));
      skipBytes -= chunk.length - wanted.length;
      if (this.#isClosed) return;
      if (wanted.length > 0 && !this.#reading.deliver(wanted)) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    }
    if (!this.#isClosed) this.#reading.end();
  }
}

/** What a reader is told when the object store fails. */
export function asUnavailable(error: unknown): ShoalError {
  if (error instanceof ShoalError) return error;
  return new ShoalError('UNAVAILABLE', 'The image can’t be read at the moment. Try again.', { cause: error });
}
