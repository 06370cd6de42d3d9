import { deleteEntries, flushEntries } from './node-commands.ts';
import type { NodeConnection } from './node-connection.ts';

/** A node that has missed more deletions than this is emptied instead. */
const MAX_NAMES = 10_000;

/** What a node that could not be reached was not told to forget. It is told before it is read again. */
export class MissedDeletions {
  readonly #names = new Set<string>();
  #isEverything = false;

  add(names: readonly string[]): void {
    if (this.#isEverything) return;
    for (const name of names) this.#names.add(name);
    if (this.#names.size > MAX_NAMES) this.addEverything();
  }

  addEverything(): void {
    this.#isEverything = true;
    this.#names.clear();
  }

  async tell(connection: NodeConnection): Promise<void> {
    while (this.#isEverything || this.#names.size > 0) {
      const wasEverything = this.#isEverything;
      const names = [...this.#names];
      if (wasEverything) await flushEntries(connection);
      else await deleteEntries(connection, names);
      // What was added meanwhile stays for the next round.
      if (wasEverything) this.#isEverything = false;
      else for (const name of names) this.#names.delete(name);
    }
  }
}
