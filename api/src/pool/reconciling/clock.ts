/** Time, as those know it who are given it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls back once after a time; returns the way to call it off. */
  after(ms: number, callback: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Waits for a result no longer than a time. What was begun goes on, and its result is dropped.
 * @throws what the promise is rejected with, or that it took too long
 */
export async function within<T>(clock: Clock, ms: number, what: string, promise: Promise<T>): Promise<T> {
  let callOff = (): void => {};
  const limit = new Promise<never>((_resolve, reject) => {
    callOff = clock.after(ms, () => reject(new Error(`${what} took longer than ${ms / 1000} s`)));
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    callOff();
  }
}
