import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { ShoalError } from '../errors.ts';
import type { BodyBudget } from '../pool/nodes/body-budget.ts';
import type { PoolCache } from '../pool/routing/pool-cache.ts';
import type { Cargo } from './cargo.ts';
import type { PictureDecoder } from './decoding/picture-decoder.ts';
import type { ImageName } from './image-reading.ts';
import type { ObjectReads } from './object-reads.ts';
import type { ReadCounters } from './read-counters.ts';
import { Turns } from '../turns.ts';
import type { Variant } from './variant.ts';
import type { WholeImage } from './whole-image.ts';

export interface CargoLoaderOptions {
  readonly cache: PoolCache;
  readonly reads: ObjectReads;
  readonly budget: BodyBudget;
  readonly counters: ReadCounters;
  readonly render: PictureDecoder['render'];
  /** How many originals are held to be rendered at a time. */
  readonly maxRenderings: number | undefined;
  /** Reads an original as any reader would. */
  readonly readOriginal: (image: ImageName) => Promise<WholeImage | undefined>;
}

const MAX_WAITING_RENDERINGS = 1_000;

/** Gets what flights bring: from a previous owner, from the object store, or rendered. */
export class CargoLoader {
  readonly #options: CargoLoaderOptions;
  readonly #renderings: Turns;

  constructor(options: CargoLoaderOptions) {
    this.#options = options;
    this.#renderings = new Turns({
      atOnce: options.maxRenderings ?? availableParallelism() + 1,
      maxWaiting: MAX_WAITING_RENDERINGS,
      refusal: tooManyRenderings,
    });
  }

  /** Undefined when no previous owner has the entry. */
  async loadPrevious(keyHash: string, entryName: string): Promise<Cargo | undefined> {
    const { cache, budget, counters } = this.#options;
    const entry = await cache.readPrevious(keyHash, entryName, budget);
    if (entry === undefined) return undefined;
    counters.previousOwnerReads++;
    const { header, bytes } = entry;
    return { kind: 'whole', facts: { ...header, sizeBytes: bytes.length }, bytes };
  }

  /**
   * Undefined when there is no such image.
   * @throws ShoalError UNAVAILABLE, TOO_BUSY, and what the store or the rendering throws
   */
  async load({ keyHash, version, variant }: ImageName, isWanted: () => boolean): Promise<Cargo | undefined> {
    if (variant !== undefined) return await this.#render({ keyHash, version }, variant, isWanted);
    const object = await this.#options.reads.open({ keyHash, version }, isWanted);
    return object && { kind: 'stream', ...object };
  }

  async #render(image: ImageName, variant: Variant, isWanted: () => boolean): Promise<Cargo | undefined> {
    const { budget, render, readOriginal } = this.#options;
    const leave = await this.#renderings.take();
    try {
      if (!isWanted()) throw new ShoalError('UNAVAILABLE', 'Nobody waits for this rendering any more.');
      const original = await readOriginal(image);
      if (original === undefined) return undefined;
      try {
        const { bytes, contentType } = await render(original.bytes, variant);
        budget.take(bytes.length);
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        return { kind: 'whole', facts: { contentType, sizeBytes: bytes.length, sha256 }, bytes };
      } finally {
        original.giveBack();
      }
    } finally {
      leave();
    }
  }
}

function tooManyRenderings(): ShoalError {
  return new ShoalError('TOO_BUSY', 'Too many pictures are being worked on. Try again in a moment.');
}
