import type { Value } from './memory/value.ts';
import type { Incoming } from './session.ts';

/** Below, copying what another read brought along costs less than a read of its own. */
const LEAST_READ_BYTES = 16 * 1024;
const LINE_END_BYTES = 2;

/** A payload on its way into memory, with the line end that follows it: copied there, or read there by the socket itself. */
export class Intake {
  readonly incoming: Incoming;
  readonly #value: Value;
  #receivedBytes = 0;

  constructor(incoming: Incoming) {
    this.incoming = incoming;
    this.#value = incoming.request.draft.value;
  }

  /** What is still to come, the line end included. */
  get missingBytes(): number {
    return this.#value.length + LINE_END_BYTES - this.#receivedBytes;
  }

  get isComplete(): boolean {
    return this.missingBytes === 0;
  }

  /** Takes what it needs of `bytes[at, end)`. Returns how far it came. */
  copy(bytes: Buffer, at: number, end: number): number {
    const count = Math.min(this.missingBytes, end - at);
    this.#value.write(this.#receivedBytes, bytes, at, at + count);
    this.#receivedBytes += count;
    return at + count;
  }

  /** Memory that the next bytes may be read into; `undefined` when too few are missing for that. */
  room(): Buffer | undefined {
    return this.missingBytes < LEAST_READ_BYTES
      ? undefined
      : this.#value.roomAt(this.#receivedBytes, this.missingBytes);
  }

  /** `count` bytes were read into `room()`. */
  advance(count: number): void {
    this.#receivedBytes += count;
  }
}
