import { ShoalError } from '../errors.ts';
import type { ObjectBody, ObjectName } from '../objects/object-store.ts';
import type { BodyFacts } from './image-reading.ts';
import type { ObjectOpener } from './object-opener.ts';
import { Turns } from '../turns.ts';
import { verifiedChunks } from './verified-chunks.ts';

/** An object that is being read. Its turn lasts until its chunks have been read or it is discarded. */
export interface OpenObject {
  readonly facts: BodyFacts;
  readonly chunks: AsyncIterable<Buffer>;
  discard(): void;
}

/** Nobody waits longer than this for a turn. */
const MAX_WAIT_MS = 10_000;
/** A store that sends nothing of an object for this long has broken off. */
const STALL_TIMEOUT_MS = 10_000;

/** A bounded number of reads of the object store at once; the others wait their turn. */
export class ObjectReads {
  readonly #opener: ObjectOpener;
  readonly #turns: Turns;

  constructor(opener: ObjectOpener, { atOnce, maxWaiting }: { atOnce: number; maxWaiting: number }) {
    this.#opener = opener;
    this.#turns = new Turns({ atOnce, maxWaiting, maxWaitMs: MAX_WAIT_MS, refusal: tooManyReads });
  }

  /**
   * Opens an object when it is its turn. Undefined if there is none.
   * @param isWanted is asked when the turn has come
   * @throws ShoalError UNAVAILABLE when too many wait, or it is no longer wanted; what the store throws
   */
  async open(name: ObjectName, isWanted: () => boolean): Promise<OpenObject | undefined> {
    const leave = await this.#turns.take();
    let object: ObjectBody | undefined;
    try {
      if (!isWanted()) throw new ShoalError('UNAVAILABLE', 'Nobody waits for this image any more.');
      object = await this.#opener.open(name);
    } finally {
      if (object === undefined) leave();
    }
    if (object === undefined) return undefined;
    const { stream, contentType, sizeBytes, sha256 } = object;
    return {
      facts: { contentType, sizeBytes, sha256 },
      chunks: chunksOf(object, leave),
      discard() {
        stream.destroy();
        leave();
      },
    };
  }
}

async function* chunksOf(object: ObjectBody, leave: () => void): AsyncGenerator<Buffer, void> {
  const giveUp = () => object.stream.destroy(new Error('The object store has stopped in the middle.'));
  let timer = setTimeout(giveUp, STALL_TIMEOUT_MS);
  try {
    for await (const chunk of verifiedChunks(object)) {
      clearTimeout(timer);
      yield chunk;
      timer = setTimeout(giveUp, STALL_TIMEOUT_MS);
    }
  } finally {
    clearTimeout(timer);
    leave();
  }
}

function tooManyReads(): ShoalError {
  return new ShoalError('UNAVAILABLE', 'Too many images are being read from the object store. Try again.');
}
