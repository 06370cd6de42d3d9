import { shallowRef, type ShallowRef } from 'vue';
import type { ImageChange } from './gallery-list.ts';

/** Images that are deleted together, unless that is taken back in time. */
export interface DeletionBatch {
  readonly id: number;
  readonly images: readonly DoomedImage[];
  /** `waiting` can be taken back; `sending` can't. */
  readonly phase: 'waiting' | 'sending';
}

/** An image as it was when its deletion was asked for. */
export interface DoomedImage {
  readonly key: string;
  readonly version: string;
}

export interface ImageDeletionsOptions {
  /** Deletes one image. Resolves with the reason why it could not, or with nothing once it is gone. */
  readonly send: (key: string) => Promise<string | undefined>;
  readonly onDeleted: (key: string) => void;
  /** Tells in words what is left over. */
  readonly onKept: (text: string) => void;
  /** How long it can be taken back. */
  readonly delayMs: number;
}

/** How many deletions are sent at the same time. */
const LANES = 4;

/**
 * Deletions that can be taken back: an image is hidden at once, and the api is told only after a while. A page that is closed before
 * has deleted nothing, and an image that was replaced meanwhile is kept.
 */
export class ImageDeletions {
  readonly #batches: ShallowRef<readonly DeletionBatch[]> = shallowRef([]);
  readonly #hidden: ShallowRef<ReadonlySet<string>> = shallowRef(new Set());
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();
  readonly #options: ImageDeletionsOptions;
  #nextId = 1;

  constructor(options: ImageDeletionsOptions) {
    this.#options = options;
  }

  /** Reactive, the latest last. */
  get batches(): readonly DeletionBatch[] {
    return this.#batches.value;
  }

  /** Reactive. The keys of images that are to be shown no more. */
  get hidden(): ReadonlySet<string> {
    return this.#hidden.value;
  }

  schedule(images: readonly DoomedImage[]): void {
    const doomed = images.filter(({ key }) => !this.hidden.has(key));
    if (doomed.length === 0) return;
    const id = this.#nextId++;
    this.#setBatches([...this.batches, { id, images: doomed, phase: 'waiting' }]);
    this.#timers.set(
      id,
      setTimeout(() => void this.#send(id), this.#options.delayMs),
    );
  }

  /** Takes a batch back, the latest unless told which. Nothing happens where it is too late. */
  undo(id = this.batches.findLast(({ phase }) => phase === 'waiting')?.id): void {
    const batch = this.batches.find((candidate) => candidate.id === id);
    if (batch?.phase !== 'waiting') return;
    clearTimeout(this.#timers.get(batch.id));
    this.#timers.delete(batch.id);
    this.#setBatches(this.batches.filter((other) => other !== batch));
  }

  /** Takes in what happened elsewhere: what is gone needs no deletion, what was replaced is kept. */
  take(change: ImageChange): void {
    for (const { id, images, phase } of this.batches) {
      if (phase !== 'waiting') continue;
      const left = images.filter((image) => !isSettled(image, change));
      if (left.length === images.length) continue;
      if (change.image) this.#options.onKept(`${change.image.key} was replaced meanwhile and is kept.`);
      if (left.length === 0) this.undo(id);
      else this.#change(id, (batch) => ({ ...batch, images: left }));
    }
  }

  async #send(id: number): Promise<void> {
    this.#timers.delete(id);
    this.#change(id, (batch) => ({ ...batch, phase: 'sending' }));
    const images = this.batches.find((batch) => batch.id === id)?.images ?? [];
    const refusals: string[] = [];
    const waiting = images.values();
    const lane = async (): Promise<void> => {
      for (const { key } of waiting) {
        const refusal = await this.#options.send(key);
        if (refusal === undefined) this.#options.onDeleted(key);
        else refusals.push(refusal);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    this.#setBatches(this.batches.filter((batch) => batch.id !== id));
    if (refusals[0] !== undefined) this.#options.onKept(keptText(images, refusals.length, refusals[0]));
  }

  #change(id: number, change: (batch: DeletionBatch) => DeletionBatch): void {
    this.#setBatches(this.batches.map((batch) => (batch.id === id ? change(batch) : batch)));
  }

  #setBatches(batches: readonly DeletionBatch[]): void {
    this.#batches.value = batches;
    this.#hidden.value = new Set(batches.flatMap(({ images }) => images.map(({ key }) => key)));
  }
}

function isSettled({ key, version }: DoomedImage, change: ImageChange): boolean {
  if (change.kind === 'ALL_DELETED') return true;
  if (change.key !== key) return false;
  return change.image === null || change.image.version > version;
}

function keptText(images: readonly DoomedImage[], refused: number, reason: string): string {
  if (images.length === 1) return `${images[0]!.key} could not be deleted. ${reason}`;
  return `${refused} of ${images.length} images could not be deleted. ${reason}`;
}
