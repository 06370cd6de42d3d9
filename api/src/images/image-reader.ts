import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { ShoalError } from '../errors.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { BodyBudget } from '../pool/body-budget.ts';
import type { Miss } from '../pool/entry-read.ts';
import type { EntryFacts } from '../pool/node-commands.ts';
import type { PoolCache } from '../pool/pool-cache.ts';
import { entryName } from './entry-name.ts';
import { EntrySource } from './entry-source.ts';
import { Flight, type Cargo } from './flight.ts';
import { ImageReading, type ImageName, type ImageReceiver, type SourceFinder } from './image-reading.ts';
import { ObjectSource } from './object-source.ts';
import { WorkSlots } from './picture-work.ts';
import { renderVariant, type Rendering } from './render-variant.ts';
import { SingleFlight } from './single-flight.ts';
import type { Variant } from './variant.ts';
import { verifiedChunks } from './verified-chunks.ts';
import { readWhole } from './whole-image.ts';

export interface ImageReaderOptions {
  readonly cache: PoolCache;
  readonly objects: Pick<ObjectStore, 'get'>;
  readonly budget: BodyBudget;
  readonly render?: (original: Buffer, variant: Variant) => Promise<Rendering>;
  /** How many originals are held to be rendered at a time. Unless given, one more than there are processors. */
  readonly maxRenderings?: number;
}

const MAX_WAITING_RENDERINGS = 1_000;

/** Reads images: from the pool, else from the object store, once for all who ask at the same time. */
export class ImageReader {
  readonly #options: ImageReaderOptions;
  readonly #flights = new SingleFlight<Flight>();
  readonly #renderings: WorkSlots;
  readonly #finder: SourceFinder = {
    afterMiss: (reading, miss) => this.#joinFlight(reading, miss),
    forRest: (reading) => this.#findRest(reading),
  };

  constructor(options: ImageReaderOptions) {
    this.#options = options;
    this.#renderings = new WorkSlots({
      atOnce: options.maxRenderings ?? availableParallelism() + 1,
      maxWaiting: MAX_WAITING_RENDERINGS,
    });
  }

  /** Bounds the memory that bodies take; receivers that hold bytes back offer to let go of them. */
  get budget(): BodyBudget {
    return this.#options.budget;
  }

  /** Kind and size of what the pool holds of an image, without its bytes. Undefined if it holds nothing. */
  async probe(image: ImageName): Promise<EntryFacts | undefined> {
    const { keyHash, version, variant } = image;
    return await this.#options.cache.probe(keyHash, entryName(keyHash, version, variant));
  }

  /** Begins to read. The receiver may be called before this returns. */
  read(image: ImageName, receiver: ImageReceiver): ImageReading {
    const reading = new ImageReading(image, this.#finder, receiver);
    this.#readEntry(reading);
    return reading;
  }

  #readEntry(reading: ImageReading): void {
    const source = new EntrySource(reading);
    reading.use(source);
    this.#options.cache.read(reading.image.keyHash, reading.entryName, source);
  }

  #readAlone(reading: ImageReading): void {
    const { keyHash, version } = reading.image;
    const source = new ObjectSource(reading);
    reading.use(source);
    void source.run(() => this.#options.objects.get({ keyHash, version }));
  }

  /** The rest of an original comes at the receiver's pace; the rest of a variant, which is small, from the beginning again. */
  #findRest(reading: ImageReading): void {
    if (reading.image.variant === undefined) this.#readAlone(reading);
    else this.#readEntry(reading);
  }

  #joinFlight(reading: ImageReading, miss: Miss): void {
    const { image, entryName } = reading;
    const { cache, budget } = this.#options;
    const flight = this.#flights.join(entryName, (landed) => {
      const started = new Flight({
        image,
        entryName,
        cache,
        budget,
        load: (isWanted) => this.#load(image, isWanted),
        readAgain: (waiting) => this.#readEntry(waiting),
        readAlone: (waiting) => this.#readAlone(waiting),
        landed,
      });
      // A read that has waited for somebody else before does not do so again.
      const mayWait = miss.lease === 'taken' && reading.missCount === 1;
      setImmediate(() => void started.run(mayWait));
      return started;
    });
    flight.join(reading, miss);
  }

  async #load({ keyHash, version, variant }: ImageName, isWanted: () => boolean): Promise<Cargo | undefined> {
    if (variant !== undefined) return await this.#render({ keyHash, version }, variant, isWanted);
    const object = await this.#options.objects.get({ keyHash, version });
    if (object === undefined) return undefined;
    return {
      facts: object,
      chunks: verifiedChunks(object),
      isInMemory: false,
      discard: () => object.stream.destroy(),
    };
  }

  async #render(image: ImageName, variant: Variant, isWanted: () => boolean): Promise<Cargo | undefined> {
    const { budget, render = renderVariant } = this.#options;
    return await this.#renderings.run(async () => {
      if (!isWanted()) throw new ShoalError('UNAVAILABLE', 'Nobody waits for this rendering any more.');
      const original = await readWhole(this, image, budget);
      if (original === undefined) return undefined;
      try {
        const { bytes, contentType } = await render(original.bytes, variant);
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        return {
          facts: { contentType, sizeBytes: bytes.length, sha256 },
          chunks: [bytes],
          isInMemory: true,
          discard: () => {},
        };
      } finally {
        original.giveBack();
      }
    });
  }
}
