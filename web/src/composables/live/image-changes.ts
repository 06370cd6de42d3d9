import { shallowRef, type ShallowRef } from 'vue';
import type { ImageFactsFragment } from '../../graphql/generated/graphql.ts';
import type { ImageChange } from '../image/gallery-list.ts';
import { keepSubscribed, type SubscriptionSource } from './keep-subscribed.ts';

/** `connecting` only until the first success or failure. While `lost`, what is shown may be old. */
export type Connection = 'connecting' | 'live' | 'lost';

export type FullImageChange = ImageChange<ImageFactsFragment>;

/**
 * The stream of changes to the images, kept up for as long as it is started. Since changes may have been missed, every time that it
 * becomes live the `onLive` listeners fetch what they show again.
 */
export class ImageChanges {
  readonly #connection: ShallowRef<Connection> = shallowRef('connecting');
  readonly #changeListeners = new Set<(change: FullImageChange) => void>();
  readonly #liveListeners = new Set<() => void>();
  readonly #source: SubscriptionSource<FullImageChange>;

  constructor(source: SubscriptionSource<FullImageChange>) {
    this.#source = source;
  }

  /** Reactive. */
  get connection(): Connection {
    return this.#connection.value;
  }

  /** Connects and stays connected. Returns the way to stop. */
  start(): () => void {
    return keepSubscribed(this.#source, {
      onLive: () => {
        this.#connection.value = 'live';
        for (const listener of this.#liveListeners) listener();
      },
      onValue: (change) => this.publish(change),
      onLost: () => (this.#connection.value = 'lost'),
    });
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
