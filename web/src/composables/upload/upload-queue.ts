import { shallowRef, type ShallowRef } from 'vue';
import type { ImageFactsFragment } from '../../graphql/generated/graphql.ts';
import { keyFault, normaliseKey } from '../image/image-key.ts';
import { freeKey } from './suggest-key.ts';

/** How far an upload is. Only a draft's key can be edited; `sending` and `storing` occupy one of the queue's lanes. */
export type UploadState =
  | { readonly phase: 'draft' }
  | { readonly phase: 'waiting' }
  | { readonly phase: 'sending'; readonly sentBytes: number }
  /** All bytes are sent; the answer is due. */
  | { readonly phase: 'storing' }
  | { readonly phase: 'conflict'; readonly existing: ImageFactsFragment | undefined }
  | { readonly phase: 'failed'; readonly message: string; readonly canRetry: boolean }
  | { readonly phase: 'cancelled' }
  | { readonly phase: 'stored'; readonly image: ImageFactsFragment };

/** One file on its way to a key. */
export interface Upload {
  readonly id: number;
  readonly file: File;
  readonly key: string;
  /** Whether it may replace an image under its key. */
  readonly overwrite: boolean;
  readonly state: UploadState;
}

/** How one attempt ended. */
export type SendOutcome =
  | { readonly kind: 'stored'; readonly image: ImageFactsFragment }
  | { readonly kind: 'conflict'; readonly existing: ImageFactsFragment | undefined }
  | { readonly kind: 'failed'; readonly message: string; readonly canRetry: boolean };

/** Sends one file. It settles soon after the signal is aborted, in whatever way: the outcome is not looked at then. */
export type SendUpload = (
  upload: Upload,
  attempt: { readonly signal: AbortSignal; readonly onProgress: (sentBytes: number) => void },
) => Promise<SendOutcome>;

export interface UploadQueueOptions {
  readonly send: SendUpload;
  /** How many are on their way at the same time. */
  readonly lanes: number;
  readonly onStored?: (image: ImageFactsFragment) => void;
}

/** The uploads of one browser page, in the order in which they were added. */
export class UploadQueue {
  readonly #uploads: ShallowRef<readonly Upload[]> = shallowRef([]);
  readonly #attempts = new Map<number, AbortController>();
  readonly #options: UploadQueueOptions;
  #nextId = 1;

  constructor(options: UploadQueueOptions) {
    this.#options = options;
  }

  /** Reactive. Every change makes a new list with new values for what changed. */
  get uploads(): readonly Upload[] {
    return this.#uploads.value;
  }

  /** Adds a file as a draft, or, with `start`, sends it as soon as a lane is free. */
  add(file: File, key: string, { overwrite = false, start = false } = {}): void {
    const upload: Upload = {
      id: this.#nextId++,
      file,
      key: normaliseKey(key),
      overwrite,
      state: initialState(file, start),
    };
    this.#uploads.value = [...this.uploads, upload];
    this.#fillLanes();
  }

  /** Whether an upload that is not through yet goes to this key. */
  isTaken(key: string, exceptId?: number): boolean {
    const wanted = normaliseKey(key);
    return this.uploads.some((upload) => upload.key === wanted && upload.id !== exceptId && !isOver(upload));
  }

  /** Why a draft can't be sent under its key, or undefined. */
  faultOf(upload: Upload): string | undefined {
    if (upload.state.phase !== 'draft') return undefined;
    if (this.isTaken(upload.key, upload.id)) return 'Another file here has this key.';
    return keyFault(upload.key);
  }

  setKey(id: number, key: string): void {
    this.#change(id, ['draft'], (upload) => ({ ...upload, key }));
  }

  /** Sends all drafts that have no fault. Returns the first that has one. */
  start(): Upload | undefined {
    const drafts = this.uploads.filter((upload) => upload.state.phase === 'draft');
    const ready = drafts.filter((draft) => this.faultOf(draft) === undefined);
    for (const { id } of ready) {
      this.#change(id, ['draft'], (upload) => ({
        ...upload,
        key: normaliseKey(upload.key),
        state: { phase: 'waiting' },
      }));
    }
    this.#fillLanes();
    return drafts.find((draft) => !ready.includes(draft));
  }

  /** Stops an upload that waits or is on its way; it can be retried. */
  cancel(id: number): void {
    this.#change(id, ['waiting', 'sending', 'storing'], (upload) => ({
      ...upload,
      state: { phase: 'cancelled' },
    }));
    this.#attempts.get(id)?.abort();
  }

  retry(id: number): void {
    this.#change(id, ['failed', 'cancelled'], (upload) => ({ ...upload, state: { phase: 'waiting' } }));
    this.#fillLanes();
  }

  /** Answers a conflict: send again and replace what is there. */
  replace(id: number): void {
    this.#change(id, ['conflict'], (upload) => ({ ...upload, overwrite: true, state: { phase: 'waiting' } }));
    this.#fillLanes();
  }

  /** Answers a conflict: back to a draft, with the next free key proposed. */
  rename(id: number): void {
    this.#change(id, ['conflict'], (upload) => ({
      ...upload,
      key: freeKey(upload.key, (key) => key === upload.key || this.isTaken(key, id)),
      state: { phase: 'draft' },
    }));
  }

  /** Takes an upload out of the list, stopping it if need be. */
  remove(id: number): void {
    this.#uploads.value = this.uploads.filter((upload) => upload.id !== id);
    this.#attempts.get(id)?.abort();
  }

  /** Takes out what needs no more attention: stored and cancelled uploads. */
  clearOver(): void {
    this.#uploads.value = this.uploads.filter((upload) => !isOver(upload));
  }

  #fillLanes(): void {
    for (const upload of this.uploads) {
      if (this.#attempts.size >= this.#options.lanes) return;
      // A cancelled attempt may still be settling; its retry waits for that.
      if (upload.state.phase === 'waiting' && !this.#attempts.has(upload.id)) void this.#attempt(upload);
    }
  }

  async #attempt(upload: Upload): Promise<void> {
    const { id, file } = upload;
    const controller = new AbortController();
    this.#attempts.set(id, controller);
    this.#setState(id, { phase: 'sending', sentBytes: 0 });
    const onProgress = (sentBytes: number): void => {
      if (controller.signal.aborted) return;
      this.#setState(id, sentBytes < file.size ? { phase: 'sending', sentBytes } : { phase: 'storing' });
    };
    const outcome = await this.#options
      .send(upload, { signal: controller.signal, onProgress })
      .catch((): SendOutcome => ({
        kind: 'failed',
        message: 'Something went wrong while sending.',
        canRetry: true,
      }));
    this.#attempts.delete(id);
    // What was stored is stored, even if the cancellation came a moment earlier.
    if (outcome.kind === 'stored') this.#options.onStored?.(outcome.image);
    if (!controller.signal.aborted || outcome.kind === 'stored') this.#setState(id, stateAfter(outcome));
    this.#fillLanes();
  }

  #setState(id: number, state: UploadState): void {
    this.#change(id, undefined, (upload) => ({ ...upload, state }));
  }

  /** Changes one upload if it is in one of the phases; a click may come later than the phase that it was meant for. */
  #change(
    id: number,
    phases: readonly UploadState['phase'][] | undefined,
    change: (upload: Upload) => Upload,
  ): void {
    this.#uploads.value = this.uploads.map((upload) =>
      upload.id === id && (phases === undefined || phases.includes(upload.state.phase))
        ? change(upload)
        : upload,
    );
  }
}

const acceptedTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif'];

/** What a file dialog offers: the types that the api takes. */
export const ACCEPTED_TYPES = acceptedTypes.join(',');

/** Spares sending what is declared as something else; an unknown type is for the api to find out. */
function initialState(file: File, start: boolean): UploadState {
  if (file.type !== '' && !acceptedTypes.includes(file.type)) {
    return {
      phase: 'failed',
      message: 'This is not a JPEG, PNG, GIF, WebP or AVIF picture.',
      canRetry: false,
    };
  }
  return { phase: start ? 'waiting' : 'draft' };
}

function stateAfter(outcome: SendOutcome): UploadState {
  switch (outcome.kind) {
    case 'stored':
      return { phase: 'stored', image: outcome.image };
    case 'conflict':
      return { phase: 'conflict', existing: outcome.existing };
    case 'failed':
      return { phase: 'failed', message: outcome.message, canRetry: outcome.canRetry };
  }
}

function isOver(upload: Upload): boolean {
  return upload.state.phase === 'stored' || upload.state.phase === 'cancelled';
}
