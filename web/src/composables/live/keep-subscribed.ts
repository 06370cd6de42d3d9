/** Where values come from: one subscription that ends, for whatever reason, exactly once by `onEnd`. Returns the way to end it. */
export type Subscribe<Value> = (sink: {
  /** From here on nothing is missed. */
  readonly onLive: () => void;
  readonly onValue: (value: Value) => void;
  readonly onEnd: () => void;
}) => () => void;

export interface SubscriptionSource<Value> {
  readonly subscribe: Subscribe<Value>;
  /** Waits before the given attempt to reconnect (1 is the first). Resolves early where that makes sense. */
  readonly pause: (attempt: number) => Promise<void>;
}

export interface SubscriptionListener<Value> {
  /** Each time that it is up, again. Values may have been missed before. */
  readonly onLive: () => void;
  readonly onValue: (value: Value) => void;
  /** Each time that it has ended or could not be opened. */
  readonly onLost: () => void;
}

/** Keeps a subscription up: one that ends is opened anew. Returns the way to stop, after which the listener hears nothing. */
export function keepSubscribed<Value>(
  { subscribe, pause }: SubscriptionSource<Value>,
  { onLive, onValue, onLost }: SubscriptionListener<Value>,
): () => void {
  let isStopped = false;
  let unsubscribe = (): void => {};
  let attempt = 0;

  const open = (): void => {
    let isOpen = true;
    unsubscribe = subscribe({
      onLive: () => {
        if (!isOpen || isStopped) return;
        attempt = 0;
        onLive();
      },
      onValue: (value) => {
        if (isOpen && !isStopped) onValue(value);
      },
      onEnd: () => {
        if (!isOpen || isStopped) return;
        isOpen = false;
        onLost();
        void pause(++attempt).then(() => {
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
