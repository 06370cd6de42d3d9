import { ShoalError } from '../errors.ts';
import type { ObjectBody, ObjectName, ObjectStore } from '../objects/object-store.ts';
import type { ReadCounters } from './read-counters.ts';

/** A store that takes longer than this is as good as gone for a reader. */
const ANSWER_TIMEOUT_MS = 5_000;

/**
 * Asks the object store for objects. Once it has left one question unanswered, it is asked one at a time until it answers, and
 * everybody else is refused at once: nothing piles up before a store that is gone.
 */
export class ObjectOpener {
  readonly #objects: Pick<ObjectStore, 'get'>;
  readonly #counters: ReadCounters;
  readonly #timeoutMs: number;
  #state: 'answers' | 'silent' | 'being tried' = 'answers';

  constructor(objects: Pick<ObjectStore, 'get'>, counters: ReadCounters, timeoutMs = ANSWER_TIMEOUT_MS) {
    this.#objects = objects;
    this.#counters = counters;
    this.#timeoutMs = timeoutMs;
  }

  /** @throws ShoalError UNAVAILABLE when the store does not answer in time, and what it throws */
  async open(name: ObjectName): Promise<ObjectBody | undefined> {
    if (this.#state === 'being tried') throw storeIsSilent();
    if (this.#state === 'silent') this.#state = 'being tried';
    this.#counters.objectReads++;
    const asked = this.#objects.get(name);
    let timer: NodeJS.Timeout | undefined;
    let hasTimedOut = false;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        hasTimedOut = true;
        this.#state = 'silent';
        reject(storeIsSilent());
      }, this.#timeoutMs);
    });
    void asked
      .finally(() => (this.#state = 'answers'))
      .then((object) => hasTimedOut && object?.stream.destroy())
      .catch(() => {});
    try {
      return await Promise.race([asked, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function storeIsSilent(): ShoalError {
  return new ShoalError('UNAVAILABLE', 'The object store does not answer. Try again in a moment.');
}
