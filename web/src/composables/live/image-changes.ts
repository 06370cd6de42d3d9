import { shallowRef, type ShallowRef } from 'vue';
import type { ImageFactsFragment } from '../../graphql/generated/graphql.ts';
import type { ImageChange } from '../image/gallery-list.ts';

/** `connecting` only until the first success or failure. While `lost`, what is shown may be old. */
export type Connection = 'connecting' | 'live' | 'lost';

export type FullImageChange = ImageChange<ImageFactsFragment>;

/** Where changes come from: one subscription that ends, for whatever reason, exactly once by `onEnd`. */
export type SubscribeToChanges = (sink: {
  readonly onLive: () => void;
  readonly onChange: (change: FullImageChange) => void;
  readonly onEnd: () => void;
}) => () => void;

export interface ImageChangesOptions {
  readonly subscribe: SubscribeToChanges;
  /** Waits before the given attempt to reconnect (1 is the first). Resolves early where that makes sense. */
  readonly pause: (attempt: number) => Promise<void>;
}

/**
 * The stream of changes to the images, kept up for as long as it is started: a subscription that ends is opened anew. Since
 * changes may have been missed, every time that it becomes live the `onLive` listeners fetch what they show again.
 */
export class ImageChanges {
  readonly #connection: ShallowRef<Connection> = shallowRef('connecting');
  readonly #changeListeners = new Set<(change: FullImageChange) => void>();
  readonly #liveListeners = new Set<() => void>();
  readonly #options: ImageChangesOptions;

  constructor(options: ImageChangesOptions) {
    this.#options = options;
  }

  /** Reactive. */
  get connection(): Connection {
    return this.#connection.value;
  }

  /** Connects and stays connected. Returns the way to stop. */
  start(): () => void {
    let isStopped = false;
    let unsubscribe = (): void => {};
    let attempt = 0;

    const open = (): void => {
      let isOpen = true;
      unsubscribe = this.#options.subscribe({
        onLive: () => {
          if (!isOpen || isStopped) return;
          attempt = 0;
          this.#connection.value = 'live';
          for (const listener of this.#liveListeners) listener();
        },
        onChange: (change) => {
          if (isOpen && !isStopped) this.publish(change);
        },
        onEnd: () => {
          if (!isOpen || isStopped) return;
          isOpen = false;
          this.#connection.value = 'lost';
          void this.#options.pause(++attempt).then(() => {
            if (!isStopped) open();
          });
        },
      });
    };
    open();

    return () => {
      isStopped = true;
      unsubscribe();
    };
  }

  /** Tells the listeners of a change. This page's own mutations do so too, since their echo may take a while. */
  publish(change: FullImageChange): void {
    for (const listener of this.#changeListeners) listener(change);
  }

  /** Returns the way to stop listening. */
  onChange(listener: (change: FullImageChange) => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  /** Calls the listener each time that the stream becomes live. Returns the way to stop listening. */
  onLive(listener: () => void): () => void {
    this.#liveListeners.add(listener);
    return () => this.#liveListeners.delete(listener);
  }
}
