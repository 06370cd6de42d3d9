/** Counts per key prefix, for `stats detail`. A prefix is what comes before the first delimiter of a key. */
export class KeyPrefixes {
  isEnabled: boolean;
  readonly #delimiter: string;
  readonly #counts = new Map<string, { get: number; hit: number; set: number; del: number }>();

  constructor(delimiter: string, isEnabled: boolean) {
    this.#delimiter = delimiter;
    this.isEnabled = isEnabled;
  }

  recordGet(key: string, isHit: boolean): void {
    const counts = this.#of(key);
    if (!counts) return;
    counts.get++;
    if (isHit) counts.hit++;
  }

  recordSet(key: string): void {
    const counts = this.#of(key);
    if (counts) counts.set++;
  }

  recordDelete(key: string): void {
    const counts = this.#of(key);
    if (counts) counts.del++;
  }

  reset(): void {
    this.#counts.clear();
  }

  dump(): string {
    const lines = [...this.#counts].map(
      ([prefix, { get, hit, set, del }]) =>
        `PREFIX ${prefix} get ${get} hit ${hit} set ${set} del ${del}\r\n`,
    );
    return `${lines.join('')}END\r\n`;
  }

  #of(key: string): { get: number; hit: number; set: number; del: number } | undefined {
    const length = key.indexOf(this.#delimiter);
    if (length < 0) return undefined;
    const prefix = key.slice(0, length);
    let counts = this.#counts.get(prefix);
    if (!counts) {
      if (this.#counts.size >= MOST_PREFIXES) return undefined;
      counts = { get: 0, hit: 0, set: 0, del: 0 };
      this.#counts.set(prefix, counts);
    }
    return counts;
  }
}

/** Keys come from clients: what they can make us remember has a bound. */
const MOST_PREFIXES = 10_000;
