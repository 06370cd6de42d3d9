import { deleteEntries, flushEntries } from './node-commands.ts';
import type { NodeConnection } from './node-connection.ts';

/** A node that has missed more deletions than this is emptied instead. */
const MAX_NAMES = 10_000;

export interface MissedDeletionsOptions {
  /** Writes down that the node has missed deletions: this process may end before it can tell them. */
  readonly onMissed?: (() => Promise<void>) | undefined;
  /** Writes down that the node has been told of all of them. */
  readonly onToldAll?: (() => Promise<void>) | undefined;
}

/** What a node that could not be reached was not told to forget. It is told before it is read again. */
export class MissedDeletions {
  readonly #options: MissedDeletionsOptions;
  readonly #names = new Set<string>();
  #isEverything = false;
  /** Settles when it is written down that something was missed; undefined when there was nothing since the node was told all. */
  #writtenDown: Promise<void> | undefined;
  /** What is written down is written in order. */
  #lastWrite: Promise<unknown> = Promise.resolve();

  constructor(options: MissedDeletionsOptions = {}) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return !this.#isEverything && this.#names.size === 0 && this.#writtenDown === undefined;
  }

  /**
   * Resolves when it is written down that the node has missed something, which is done once until it has been told everything.
   * @throws when that fails; the deletion must not be acknowledged
   */
  async add(names: readonly string[]): Promise<void> {
    this.#miss(names);
    await this.#writeDown();
  }

  /** Like `add`, of every entry. */
  async addEverything(): Promise<void> {
    this.#missEverything();
    await this.#writeDown();
  }

  /** Tells the node all of it. More may be added before the caller goes on. */
  async tell(connection: NodeConnection): Promise<void> {
    while (this.#isEverything || this.#names.size > 0) {
      const wasEverything = this.#isEverything;
      const names = [...this.#names];
      // What is added meanwhile, be it the same again, is told in the next round.
      this.#isEverything = false;
      this.#names.clear();
      try {
        if (wasEverything) await flushEntries(connection);
        else await deleteEntries(connection, names);
      } catch (error) {
        if (wasEverything) this.#missEverything();
        else this.#miss(names);
        throw error;
      }
    }
    await this.#writeDownToldAll();
  }

  #miss(names: readonly string[]): void {
    if (this.#isEverything) return;
    for (const name of names) this.#names.add(name);
    if (this.#names.size > MAX_NAMES) this.#missEverything();
  }

  #missEverything(): void {
    this.#isEverything = true;
    this.#names.clear();
  }

  async #writeDown(): Promise<void> {
    const { onMissed } = this.#options;
    if (onMissed === undefined) return;
    const written = (this.#writtenDown ??= this.#write(onMissed));
    try {
      await written;
    } catch (error) {
      // The next deletion tries again.
      if (this.#writtenDown === written) this.#writtenDown = undefined;
      throw error;
    }
  }

  async #writeDownToldAll(): Promise<void> {
    const written = this.#writtenDown;
    if (written === undefined) return;
    // Whoever adds something from now on writes it down anew, after this.
    this.#writtenDown = undefined;
    try {
      await this.#write(this.#options.onToldAll ?? (async () => {}));
    } catch (error) {
      this.#writtenDown ??= written;
      throw error;
    }
  }

  async #write(hook: () => Promise<void>): Promise<void> {
    const write = this.#lastWrite.then(hook);
    this.#lastWrite = write.catch(() => {});
    await write;
  }
}
