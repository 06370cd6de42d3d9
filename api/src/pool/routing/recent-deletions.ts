/** `KEYHASH:VERSION`, with which the names of all entries of a version begin. */
const VERSION_CHARACTERS = 32 + 1 + 36;
const KEPT_MS = 60_000;
const MAX_VERSIONS = 50_000;

/**
 * The versions that this process has deleted entries of in the last minute or so. What is on its way from node to node must not
 * bring them back: the rounds of a deletion reach the nodes at different moments.
 */
export class RecentDeletions {
  readonly #clock: () => number;
  #versions = new Set<string>();
  #older = new Set<string>();
  #begunAt: number;

  /** @param clock milliseconds since any moment; it never jumps */
  constructor(clock: () => number) {
    this.#clock = clock;
    this.#begunAt = clock();
  }

  add(names: readonly string[]): void {
    if (this.#versions.size >= MAX_VERSIONS || this.#clock() - this.#begunAt >= KEPT_MS) {
      this.#older = this.#versions;
      this.#versions = new Set();
      this.#begunAt = this.#clock();
    }
    for (const name of names) this.#versions.add(name.slice(0, VERSION_CHARACTERS));
  }

  has(name: string): boolean {
    const version = name.slice(0, VERSION_CHARACTERS);
    return this.#versions.has(version) || this.#older.has(version);
  }
}
