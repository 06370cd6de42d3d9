import { availableParallelism } from 'node:os';
import sharp from 'sharp';
import { ShoalError } from '../errors.ts';
import { Turns } from '../turns.ts';

// Only these decoders ever see a byte of a user: libvips would also open SVG, PDF, TIFF and more.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadNsgif',
    'VipsForeignLoadWebp',
    'VipsForeignLoadHeif',
  ],
});
// One thread per picture, several pictures at once. No cache: it goes by path, and staged files move.
sharp.concurrency(1);
sharp.cache(false);

/** How long one step of decoding or rendering may take. */
export const PICTURE_SECONDS = 30;

const MAX_WAITING = 500;

/** Lets a bounded number of pictures be decoded or rendered at once; the others wait their turn. */
export class WorkSlots {
  readonly #turns: Turns;

  constructor({ atOnce, maxWaiting }: { atOnce: number; maxWaiting: number }) {
    this.#turns = new Turns({ atOnce, maxWaiting, refusal: tooBusy });
  }

  /** @throws ShoalError TOO_BUSY when too many wait already */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const leave = await this.#turns.take();
    try {
      return await work();
    } finally {
      leave();
    }
  }
}

/** The slots of this process: sharp's settings are the process's too. */
export const pictureWork = new WorkSlots({ atOnce: threadsForPictures(), maxWaiting: MAX_WAITING });

/** sharp works on libuv's threads, of which files need some: with all of them taken, no hit could be read from the disk. */
function threadsForPictures(): number {
  const libuvThreads = Number(process.env.UV_THREADPOOL_SIZE) || 4;
  return Math.max(1, Math.min(availableParallelism(), libuvThreads - 2));
}

function tooBusy(): ShoalError {
  return new ShoalError('TOO_BUSY', 'Too many pictures are being worked on. Try again in a moment.');
}
