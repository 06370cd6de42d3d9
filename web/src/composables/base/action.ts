import type { CombinedError } from '@urql/vue';
import { shallowRef, type ShallowRef } from 'vue';
import { faultsOf } from '../../graphql/explain-error.ts';

export type ActionState = 'idle' | 'pending' | 'failed';

/** Something that the user can have done, and how the last attempt went. */
export class Action<Args extends readonly unknown[] = []> {
  readonly #state: ShallowRef<ActionState> = shallowRef('idle');
  readonly #faults: ShallowRef<readonly string[]> = shallowRef([]);
  readonly #perform: (...args: Args) => Promise<CombinedError | undefined>;

  /** `perform` resolves with the reason why it could not be done, or with nothing once it is. */
  constructor(perform: (...args: Args) => Promise<CombinedError | undefined>) {
    this.#perform = perform;
  }

  /** Reactive. */
  get state(): ActionState {
    return this.#state.value;
  }

  /** Reactive. Why it failed, one sentence each; empty unless it did. */
  get faults(): readonly string[] {
    return this.#faults.value;
  }

  /** Returns whether it is done. While one attempt is under way, there is no other. */
  async run(...args: Args): Promise<boolean> {
    if (this.state === 'pending') return false;
    this.#state.value = 'pending';
    const error = await this.#perform(...args);
    if (error) this.refuse(faultsOf(error));
    else this.reset();
    return error === undefined;
  }

  /** Fails it before it is tried. */
  refuse(faults: readonly string[]): void {
    this.#faults.value = faults;
    this.#state.value = 'failed';
  }

  reset(): void {
    this.#faults.value = [];
    this.#state.value = 'idle';
  }
}
