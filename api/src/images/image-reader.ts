import type { ObjectStore } from '../objects/object-store.ts';
import type { BodyBudget } from '../pool/nodes/body-budget.ts';
import type { Miss } from '../pool/nodes/entry-read.ts';
import type { EntryFacts } from '../pool/nodes/node-commands.ts';
import type { PoolCache } from '../pool/routing/pool-cache.ts';
import { CargoLoader } from './cargo-loader.ts';
import type { PictureDecoder } from './decoding/picture-decoder.ts';
import { entryName, entryNamesOfVersion } from './entry-name.ts';
import { EntrySource } from './entry-source.ts';
import { Flight } from './flight.ts';
import { ImageReading, type ImageName, type ImageReceiver, type SourceFinder } from './image-reading.ts';
import { ObjectOpener } from './object-opener.ts';
import { ObjectReads } from './object-reads.ts';
import { ObjectSource } from './object-source.ts';
import { newReadCounters, type ReadCounters } from './read-counters.ts';
import { SingleFlight } from './single-flight.ts';
import { readWhole } from './whole-image.ts';

export interface ImageReaderOptions {
  readonly cache: PoolCache;
  readonly objects: Pick<ObjectStore, 'get'>;
  readonly budget: BodyBudget;
  /** Counted up by reads. */
  readonly counters?: ReadCounters;
  readonly render: PictureDecoder['render'];
  /** How many originals are held to be rendered at a time. Unless given, one more than there are processors. */
  readonly maxRenderings?: number;
  readonly limits?: Partial<ObjectReadLimits>;
}

/** Bounds on the reads of the object store under way. */
export interface ObjectReadLimits {
  /** For all who miss the same entry together. */
  readonly shared: number;
  /** For one reader at its own pace. They are counted apart, so that slow readers keep nobody waiting but each other. */
  readonly alone: number;
  /** How many of either kind wait for their turn. */
  readonly waiting: number;
}

const LIMITS: ObjectReadLimits = { shared: 64, alone: 128, waiting: 1_000 };

/** Reads images: from the pool, else from the object store, once for all who ask at the same time. */
export class ImageReader {
  readonly #options: ImageReaderOptions;
  readonly #flights = new SingleFlight<Flight>();
  readonly #loader: CargoLoader;
  readonly #readsAlone: ObjectReads;
  readonly #finder: SourceFinder = {
    afterMiss: (reading, miss) => this.#joinFlight(reading, miss),
    forRest: (reading) => this.#findRest(reading),
  };

  constructor(options: ImageReaderOptions) {
    this.#options = options;
    const { cache, objects, budget, counters = newReadCounters(), render, maxRenderings } = options;
    const { shared, alone, waiting } = { ...LIMITS, ...options.limits };
    const opener = new ObjectOpener(objects, counters);
    this.#readsAlone = new ObjectReads(opener, { atOnce: alone, maxWaiting: waiting });
    this.#loader = new CargoLoader({
      cache,
      reads: new ObjectReads(opener, { atOnce: shared, maxWaiting: waiting }),
      budget,
      counters,
      render,
      maxRenderings,
      readOriginal: (image) => readWhole(this, image, budget),
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

  /**
   * Call when versions were deleted, before the deletion is acknowledged: whoever reads from now on is not served by what is
   * already on its way, and that fills no node.
   */
  forget(keyHash: string, versions: readonly string[]): void {
    for (const version of versions) {
      for (const name of entryNamesOfVersion(keyHash, version)) this.#flights.forget(name)?.forgoFilling();
    }
  }

  /** Like `forget`, of everything. */
  forgetAll(): void {
    for (const flight of this.#flights.forgetAll()) flight.forgoFilling();
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
    void source.run((isWanted) => this.#readsAlone.open({ keyHash, version }, isWanted));
  }

  /** The rest of an original comes at the receiver's pace; the rest of a variant, which is small, from the beginning again. */
  #findRest(reading: ImageReading): void {
    if (reading.image.variant === undefined) this.#readAlone(reading);
    else this.#readEntry(reading);
  }

  #joinFlight(reading: ImageReading, miss: Miss): void {
    const { entryName } = reading;
    let flight = this.#flights.join(entryName, (landed) => this.#start(reading, miss, landed));
    if (miss.lease === 'won' && !flight.takesLeases) {
      // Somebody else in the system may have deleted the image since those bytes were read.
      this.#flights.forget(entryName);
      flight = this.#flights.join(entryName, (landed) => this.#start(reading, miss, landed));
    }
    flight.join(reading, miss);
  }

  #start({ image, entryName, missCount }: ImageReading, miss: Miss, landed: () => void): Flight {
    const { cache, budget } = this.#options;
    const flight = new Flight({
      image,
      entryName,
      cache,
      budget,
      loader: this.#loader,
      readAgain: (waiting) => this.#readEntry(waiting),
      readAlone: (waiting) => this.#readAlone(waiting),
      landed,
    });
    // A read that has waited for somebody else before does not do so again.
    const mayWait = miss.lease === 'taken' && missCount === 1;
    setImmediate(() => void flight.run(mayWait));
    return flight;
  }
}
