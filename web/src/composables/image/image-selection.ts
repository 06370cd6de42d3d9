import { shallowRef, type ShallowRef } from 'vue';

/** The images chosen in a gallery, by key. */
export class ImageSelection {
  readonly #keys: ShallowRef<ReadonlySet<string>> = shallowRef(new Set());
  /** Whence a stretch is selected: what was chosen last by itself. */
  #anchor: string | undefined;

  /** Reactive. */
  get keys(): ReadonlySet<string> {
    return this.#keys.value;
  }

  toggle(key: string): void {
    const keys = new Set(this.keys);
    if (!keys.delete(key)) keys.add(key);
    this.#anchor = key;
    this.#keys.value = keys;
  }

  /** Adds everything from where the last one was chosen to `key`, in the order of `all`; without such a place, `key` alone. */
  extend(key: string, all: readonly string[]): void {
    const from = this.#anchor === undefined ? -1 : all.indexOf(this.#anchor);
    const to = all.indexOf(key);
    if (from < 0 || to < 0) {
      if (!this.keys.has(key)) this.toggle(key);
      return;
    }
    this.#keys.value = new Set([...this.keys, ...all.slice(Math.min(from, to), Math.max(from, to) + 1)]);
  }

  select(keys: readonly string[]): void {
    this.#keys.value = new Set(keys);
  }

  /** Takes out what is there no more. */
  forget(key: string): void {
    if (!this.keys.has(key)) return;
    const keys = new Set(this.keys);
    keys.delete(key);
    this.#keys.value = keys;
  }

  clear(): void {
    this.#anchor = undefined;
    if (this.keys.size > 0) this.#keys.value = new Set();
  }
}
