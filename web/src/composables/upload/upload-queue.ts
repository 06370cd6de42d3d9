import { shallowRef, type ShallowRef } from 'vue';
import type { ImageFactsFragment } from '../../graphql/generated/graphql.ts';
import { keyFault, normaliseKey } from '../image/image-key.ts';
import { fillPattern, PLAIN_PATTERN } from './key-pattern.ts';
import { freeKey, suggestKey } from './suggest-key.ts';
import {
  initialState,
  isOver,
  stateAfter,
  type KeptUpload,
  type SendOutcome,
  type SendUpload,
  type Upload,
  type UploadContent,
  type UploadState,
} from './upload.ts';

export interface UploadQueueOptions {
  readonly send: SendUpload;
  /** How many are on their way at the same time. */
  readonly lanes: number;
  readonly onStored?: (image: ImageFactsFragment) => void;
  /** Looks at a file before it is sent. Undefined where that can't be done. */
  readonly examine?: (file: File) => Promise<UploadContent | undefined>;
  /** By what keys are suggested: the file's own name unless told otherwise. */
  readonly pattern?: string;
}

/** The uploads of one browser page, in the order in which they were added. */
export class UploadQueue {
  readonly #uploads: ShallowRef<readonly Upload[]> = shallowRef([]);
  readonly #isPaused: ShallowRef<boolean> = shallowRef(false);
  readonly #pattern: ShallowRef<string>;
  readonly #attempts = new Map<number, AbortController>();
  readonly #options: UploadQueueOptions;
  readonly #toExamine: number[] = [];
  #isExamining = false;
  #nextId = 1;

  constructor(options: UploadQueueOptions) {
    this.#options = options;
    this.#pattern = shallowRef(options.pattern ?? PLAIN_PATTERN);
  }

  /** Reactive. Every change makes a new list with new values for what changed. */
  get uploads(): readonly Upload[] {
    return this.#uploads.value;
  }

  /** Reactive. While it is paused, nothing is sent. */
  get isPaused(): boolean {
    return this.#isPaused.value;
  }

  /** Reactive. By what keys are suggested. */
  get pattern(): string {
    return this.#pattern.value;
  }

  /** Adds files as drafts under suggested keys. */
  suggest(files: readonly { readonly file: File; readonly path: string }[]): void {
    for (const { file, path } of files) this.#add({ file, path, key: this.#suggestion({ file, path }) });
  }

  /** Adds what was kept over a reload, and goes on with it. */
  restore(kept: readonly KeptUpload[]): void {
    for (const { phase, ...upload } of kept) this.#add(upload, phase === 'waiting');
  }

  /** Suggests keys anew, except where somebody has chosen one. */
  setPattern(pattern: string): void {
    this.#pattern.value = pattern;
    for (const { id, file, path, isKeyChosen, state } of this.uploads) {
      if (isKeyChosen || state.phase !== 'draft') continue;
      const key = this.#suggestion({ file, path }, id);
      this.#change(id, ['draft'], (upload) => ({ ...upload, key }));
    }
  }

  /** Stops sending. What is on its way begins anew later; what only lacks the answer is waited for. */
  pause(): void {
    this.#isPaused.value = true;
    for (const { id, state } of this.uploads) {
      if (state.phase !== 'sending') continue;
      this.#setState(id, { phase: 'waiting' });
      this.#attempts.get(id)?.abort();
    }
  }

  resume(): void {
    this.#isPaused.value = false;
    this.#fillLanes();
  }

  /** Adds a file as a draft, or, with `start`, sends it as soon as a lane is free. */
  add(file: File, key: string, { overwrite = false, start = false } = {}): void {
    this.#add({ file, path: file.name, key, overwrite, isKeyChosen: true }, start);
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
    this.#change(id, ['draft'], (upload) => ({ ...upload, key, isKeyChosen: true }));
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
      isKeyChosen: true,
      state: { phase: 'draft' },
    }));
  }

  /** The same, and sends it under that key. */
  sendRenamed(id: number): void {
    this.rename(id);
    this.#change(id, ['draft'], (upload) => ({ ...upload, state: { phase: 'waiting' } }));
    this.#fillLanes();
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

  #add(
    upload: Pick<Upload, 'file' | 'path' | 'key'> &
      Partial<Pick<Upload, 'overwrite' | 'isKeyChosen' | 'content'>>,
    start = false,
  ): void {
    const added: Upload = {
      overwrite: false,
      isKeyChosen: false,
      ...upload,
      id: this.#nextId++,
      key: normaliseKey(upload.key),
      state: initialState(upload.file, start),
    };
    this.#uploads.value = [...this.uploads, added];
    this.#fillLanes();
    if (added.state.phase === 'draft' && !added.content) this.#toExamine.push(added.id);
    void this.#examineAll();
  }

  #suggestion({ file, path }: { file: File; path: string }, exceptId?: number): string {
    const text = fillPattern(this.pattern, { path, day: new Date(file.lastModified) });
    return suggestKey(text, (key) => this.isTaken(key, exceptId));
  }

  /** One file after the other, since each is read whole. */
  async #examineAll(): Promise<void> {
    if (this.#isExamining || !this.#options.examine) return;
    this.#isExamining = true;
    for (let id = this.#toExamine.shift(); id !== undefined; id = this.#toExamine.shift()) {
      const upload = this.uploads.find((candidate) => candidate.id === id);
      if (upload?.state.phase !== 'draft') continue;
      const content = await this.#options.examine(upload.file).catch(() => undefined);
      this.#change(upload.id, undefined, (known) => ({ ...known, content }));
    }
    this.#isExamining = false;
  }

  #fillLanes(): void {
    if (this.isPaused) return;
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
