import type { ShoalError } from '../errors.ts';
import type { BodyFacts, BodySource, ImageReading } from './image-reading.ts';

const PIECE_BYTES = 256 * 1024;

/** Bytes that come once and are passed on to several reads, each at its own pace and from where it stands. */
export class SharedBody {
  readonly facts: BodyFacts;
  readonly #bytes: Buffer;
  readonly #followers = new Set<Follower>();
  readonly #onAbandoned: () => void;
  #filledBytes: number;

  /** `onAbandoned` is called each time the last follower has gone. */
  constructor(facts: BodyFacts, onAbandoned: () => void, bytes?: Buffer) {
    this.facts = facts;
    this.#onAbandoned = onAbandoned;
    this.#bytes = bytes ?? Buffer.allocUnsafeSlow(facts.sizeBytes);
    this.#filledBytes = bytes?.length ?? 0;
  }

  /** All of it, once it has come. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  get filledBytes(): number {
    return this.#filledBytes;
  }

  get hasFollowers(): boolean {
    return this.#followers.size > 0;
  }

  append(chunk: Buffer): void {
    chunk.copy(this.#bytes, this.#filledBytes);
    this.#filledBytes += chunk.length;
    for (const follower of this.#followers) follower.resume();
  }

  follow(reading: ImageReading): void {
    const follower = new Follower(this, reading);
    this.#followers.add(follower);
    reading.use(follower);
    if (reading.begin(this.facts, false)) follower.resume();
    else follower.close();
  }

  /** What has come stays with the followers; the rest does not come. */
  fail(error: ShoalError): void {
    for (const { reading } of [...this.#followers]) reading.fail(error);
  }

  /** Sends the followers to another source for what they have not taken. */
  dismiss(): void {
    for (const { reading } of [...this.#followers]) reading.rewind(reading.deliveredBytes);
  }

  leave(follower: Follower): void {
    if (this.#followers.delete(follower) && this.#followers.size === 0) this.#onAbandoned();
  }
}

class Follower implements BodySource {
  readonly reading: ImageReading;
  readonly #body: SharedBody;
  #isClosed = false;

  constructor(body: SharedBody, reading: ImageReading) {
    this.#body = body;
    this.reading = reading;
  }

  resume(): void {
    const body = this.#body;
    while (!this.#isClosed) {
      const start = this.reading.deliveredBytes;
      const end = Math.min(start + PIECE_BYTES, body.filledBytes);
      if (start >= end) break;
      if (!this.reading.deliver(body.bytes.subarray(start, end))) break;
    }
    if (this.#isClosed || this.reading.deliveredBytes < body.facts.sizeBytes) return;
    this.close();
    this.reading.end();
  }

  close(): void {
    this.#isClosed = true;
    this.#body.leave(this);
  }
}
