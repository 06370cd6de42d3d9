import { ShoalError } from '../errors.ts';
import type { Miss } from '../pool/nodes/entry-read.ts';
import type { Slab } from '../pool/nodes/slab.ts';
import { entryName } from './entry-name.ts';
import type { Variant } from './variant.ts';

/** Names the bytes to read: a version of a key, or a variant of it. */
export interface ImageName {
  /** MD5 of the key, 32 hexadecimal digits. */
  readonly keyHash: string;
  readonly version: string;
  readonly variant?: Variant | undefined;
}

/** What is known of the bytes before they come. */
export interface BodyFacts {
  readonly contentType: string;
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Takes what is read: `begin`, pieces of the payload, `end`. `fail` may come at any time instead of what is missing. */
export interface ImageReceiver {
  begin(reading: ImageReading, facts: BodyFacts, isHit: boolean): void;
  /**
   * Takes a piece. Bytes with a slab are lent: retain it to keep them. When it returns false, no more is to come until the
   * reading's `resume`; what is on its way from a node comes nevertheless.
   */
  payload(bytes: Buffer, slab?: Slab): boolean;
  end(): void;
  fail(error: ShoalError): void;
}

/** Where bytes come from. What a closed source still sends is ignored by nobody: it must not send. */
export interface BodySource {
  /** The receiver wants more. */
  resume(): void;
  close(): void;
}

/** What a reading asks of the ImageReader that began it. */
export interface SourceFinder {
  /** Finds a source for an entry that its owner does not have. */
  afterMiss(reading: ImageReading, miss: Miss): void;
  /** Finds another source for what is missing: the one before has broken, or its bytes were thrown away. */
  forRest(reading: ImageReading): void;
}

/** One read under way. Its source may change in the middle, because the bytes of a version or variant never do. */
export class ImageReading {
  readonly image: ImageName;
  readonly entryName: string;
  readonly #finder: SourceFinder;
  readonly #receiver: ImageReceiver;
  #facts: BodyFacts | undefined;
  #source: BodySource | undefined;
  #deliveredBytes = 0;
  #missCount = 0;
  #isOver = false;

  constructor(image: ImageName, finder: SourceFinder, receiver: ImageReceiver) {
    this.image = image;
    this.entryName = entryName(image.keyHash, image.version, image.variant);
    this.#finder = finder;
    this.#receiver = receiver;
  }

  /** How much of the payload was passed on: where another source has to begin. */
  get deliveredBytes(): number {
    return this.#deliveredBytes;
  }

  /** How often the owner did not have the entry: more than once when somebody else was to fill it and has not. */
  get missCount(): number {
    return this.#missCount;
  }

  // For the receiver.

  resume(): void {
    this.#source?.resume();
  }

  /** Nothing more is wanted. */
  cancel(): void {
    this.#isOver = true;
    this.#source?.close();
    this.#source = undefined;
  }

  /** The receiver has thrown away everything from this byte of the payload on, and wants it after the next `resume`. */
  rewind(toByte: number): void {
    this.#source?.close();
    this.#isOver = false;
    this.#deliveredBytes = toByte;
    this.#source = { resume: () => this.#finder.forRest(this), close: () => {} };
  }

  // For the source.

  use(source: BodySource): void {
    this.#source = source;
  }

  /** @returns whether the source may go on: it is the first, or has the same bytes as the one before it */
  begin(facts: BodyFacts, isHit: boolean): boolean {
    if (this.#isOver) return false;
    if (this.#facts === undefined) {
      this.#facts = facts;
      this.#receiver.begin(this, facts, isHit);
      return !this.#isOver;
    }
    if (this.#facts.sha256 === facts.sha256 && this.#facts.sizeBytes === facts.sizeBytes) return true;
    this.fail(new ShoalError('UNAVAILABLE', 'The image could not be read to its end. Try again.'));
    return false;
  }

  /** @returns false when no more is wanted until the source's `resume` */
  deliver(bytes: Buffer, slab?: Slab): boolean {
    if (this.#isOver) return false;
    this.#deliveredBytes += bytes.length;
    return this.#receiver.payload(bytes, slab);
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#source = undefined;
    this.#receiver.end();
  }

  fail(error: ShoalError): void {
    if (this.#isOver) return;
    this.cancel();
    this.#receiver.fail(error);
  }

  /** The source has broken off. */
  broken(): void {
    if (!this.#isOver) this.#finder.forRest(this);
  }

  miss(miss: Miss): void {
    this.#missCount++;
    if (!this.#isOver) this.#finder.afterMiss(this, miss);
  }
}
