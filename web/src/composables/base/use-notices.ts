import { inject, shallowRef, type InjectionKey, type ShallowRef } from 'vue';

const SHOWN_FOR_MS = 5000;

export const noticesKey: InjectionKey<Notices> = Symbol('Notices');

/** One short sentence at a time about something that has just been done. */
export class Notices {
  readonly #current: ShallowRef<string> = shallowRef('');
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Reactive. Empty when there is nothing to say. */
  get current(): string {
    return this.#current.value;
  }

  say(text: string): void {
    clearTimeout(this.#timer);
    this.#current.value = text;
    this.#timer = setTimeout(() => (this.#current.value = ''), SHOWN_FOR_MS);
  }
}

export function useNotices(): Notices {
  const notices = inject(noticesKey);
  if (!notices) throw new Error('Notices must be provided by the app');
  return notices;
}
