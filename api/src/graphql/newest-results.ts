import type { ExecutionResult } from 'graphql';

export type Results = AsyncGenerator<ExecutionResult, void>;

/** The results of one execution of a subscription, for many readers: each reads the newest when it asks, and waits when it has that one. */
export class NewestResults {
  readonly #results: Results;
  readonly #onEnd: () => void;
  readonly #readers = new Set<Reader>();
  #newest: { readonly result: ExecutionResult } | undefined;

  /** @param onEnd called when there is nothing to be read any more: the results have ended, or the last reader has */
  constructor(results: Results, onEnd: () => void) {
    this.#results = results;
    this.#onEnd = onEnd;
    void this.#pump();
  }

  /** Reads the newest result, if there is one yet, and those that come. */
  follow(): Results {
    const reader: Reader = new Reader(() => this.#leave(reader));
    this.#readers.add(reader);
    if (this.#newest !== undefined) reader.offer(this.#newest.result);
    return reader;
  }

  async #pump(): Promise<void> {
    try {
      for await (const result of this.#results) {
        this.#newest = { result };
        for (const reader of this.#readers) reader.offer(result);
      }
      this.#end();
    } catch (error) {
      this.#end({ error });
    }
  }

  #end(failure?: { readonly error: unknown }): void {
    this.#onEnd();
    for (const reader of this.#readers) reader.end(failure);
    this.#readers.clear();
  }

  #leave(reader: Reader): void {
    if (!this.#readers.delete(reader) || this.#readers.size > 0) return;
    this.#onEnd();
    void this.#results.return();
  }
}

/** One reader: keeps at most one result for it. */
class Reader implements Results {
  readonly #onReturn: () => void;
  #kept: { readonly result: ExecutionResult } | undefined;
  #asked: Waiting | undefined;
  #ended: { readonly failure?: { readonly error: unknown } | undefined } | undefined;

  constructor(onReturn: () => void) {
    this.#onReturn = onReturn;
  }

  offer(result: ExecutionResult): void {
    if (this.#asked === undefined) {
      this.#kept = { result };
    } else {
      this.#asked.resolve({ done: false, value: result });
      this.#asked = undefined;
    }
  }

  end(failure?: { readonly error: unknown }): void {
    this.#ended ??= { failure };
    if (this.#asked === undefined) return;
    if (failure === undefined) this.#asked.resolve(DONE);
    else this.#asked.reject(failure.error);
    this.#asked = undefined;
  }

  async next(): Promise<IteratorResult<ExecutionResult, void>> {
    const kept = this.#kept;
    this.#kept = undefined;
    if (this.#ended !== undefined) {
      if (this.#ended.failure !== undefined) throw this.#ended.failure.error;
      return DONE;
    }
    if (kept !== undefined) return { done: false, value: kept.result };
    return await new Promise((resolve, reject) => (this.#asked = { resolve, reject }));
  }

  async return(): Promise<IteratorResult<ExecutionResult, void>> {
    this.end();
    this.#onReturn();
    return DONE;
  }

  async throw(error: unknown): Promise<IteratorResult<ExecutionResult, void>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

interface Waiting {
  resolve(result: IteratorResult<ExecutionResult, void>): void;
  reject(error: unknown): void;
}

const DONE: IteratorResult<ExecutionResult, void> = { done: true, value: undefined };
