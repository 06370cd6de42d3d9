import type { Entry } from './entry.ts';
import type { EntryIndex } from './entry-index.ts';

/** A walk through all entries, in pieces and in no order: what is there from the first to the last is met once. */
export class IndexWalk {
  readonly #index: EntryIndex;
  readonly #length: number;
  #at = 0;

  constructor(index: EntryIndex) {
    this.#index = index;
    this.#length = index.walkLength;
  }

  get isComplete(): boolean {
    return this.#at === this.#length;
  }

  /** The few entries that come next; often there are none. They may be removed before the next step. */
  next(): readonly Entry[] {
    return this.isComplete ? NOBODY : this.#index.entriesAt(this.#at++, this.#length);
  }
}

const NOBODY: readonly Entry[] = [];
