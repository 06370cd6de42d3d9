import type { EntryHeader } from '../pool/nodes/entry.ts';
import type { EntryReceiver, Miss } from '../pool/nodes/entry-read.ts';
import type { Slab } from '../pool/nodes/slab.ts';
import type { BodySource, ImageReading } from './image-reading.ts';

/** The entry of a node as the source of a read. A node can't be told to wait: it sends to the end. */
export class EntrySource implements BodySource, EntryReceiver {
  readonly #reading: ImageReading;
  #skipBytes: number;
  #isClosed = false;

  /** Passes on what follows what was delivered before. */
  constructor(reading: ImageReading) {
    this.#reading = reading;
    this.#skipBytes = reading.deliveredBytes;
  }

  resume(): void {}

  close(): void {
    this.#isClosed = true;
  }

  hit({ contentType, sha256 }: EntryHeader, sizeBytes: number): void {
    if (!this.#isClosed && !this.#reading.begin({ contentType, sha256, sizeBytes }, true)) this.close();
  }

  payload(bytes: Buffer, slab: Slab): void {
    if (this.#isClosed) return;
    if (this.#skipBytes > 0) {
      const skipped = Math.min(this.#skipBytes, bytes.length);
      this.#skipBytes -= skipped;
      if (skipped === bytes.length) return;
      bytes = bytes.subarray(skipped);
    }
    this.#reading.deliver(bytes, slab);
  }

  end(): void {
    if (!this.#isClosed) this.#reading.end();
  }

  miss(miss: Miss): void {
    if (!this.#isClosed) this.#reading.miss(miss);
  }

  broken(): void {
    if (!this.#isClosed) this.#reading.broken();
  }
}
