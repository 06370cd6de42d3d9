import { ShoalError } from '../errors.ts';

/** So long a value is taken without a look. */
const FRESH_MS = 2_000;
/** So long it is taken while somebody looks. */
const USABLE_MS = 5_000;
/** So long it is taken when the database can't be asked: nothing can be revoked in it then either. */
const EMERGENCY_MS = 5 * 60_000;
const MAX_ENTRIES = 10_000;

interface Entry<Value> {
  readonly value: Value;
  readonly at: number;
}

/** Remembers for seconds what is slow to find out. Of several who want to know the same, one looks. That there is nothing is not remembered. */
export class Memo<Value> {
  readonly #now: () => number;
  #entries = new Map<string, Entry<Value>>();
  #loads = new Map<string, Promise<Value | undefined>>();

  /** @param now monotonic, in milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The value at once where it is known well enough. */
  get(key: string, load: () => Promise<Value | undefined>): Value | Promise<Value | undefined> {
    const entry = this.#entries.get(key);
    const age = entry === undefined ? Infinity : this.#now() - entry.at;
    if (entry !== undefined && age < FRESH_MS) return entry.value;
    const loading = this.#loads.get(key) ?? this.#load(key, load);
    if (entry === undefined || age >= USABLE_MS) {
      return loading.catch((error: unknown) => {
        const isOutage = error instanceof ShoalError && error.code === 'UNAVAILABLE';
        if (entry !== undefined && isOutage && age < EMERGENCY_MS) return entry.value;
        throw error;
      });
    }
    loading.catch(() => undefined);
    return entry.value;
  }

  /** Forgets all, also what is being looked for now. */
  clear(): void {
    this.#entries = new Map();
    this.#loads = new Map();
  }

  async #load(key: string, load: () => Promise<Value | undefined>): Promise<Value | undefined> {
    const entries = this.#entries;
    const loads = this.#loads;
    const at = this.#now();
    const loading = load().finally(() => loads.delete(key));
    loads.set(key, loading);
    const value = await loading;
    entries.delete(key);
    if (value === undefined) return undefined;
    if (entries.size >= MAX_ENTRIES) entries.delete(entries.keys().next().value!);
    entries.set(key, { value, at });
    return value;
  }
}
