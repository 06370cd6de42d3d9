/** What the watch needs to know of the connections. */
export interface Watched {
  readonly count: number;
  /** Told after a client has come or gone. */
  onCountChange: () => void;
}

/**
 * Calls `end` once nobody has been connected for `timeoutSeconds` in one piece, counted from now on. For nodes that are started
 * by a program: one that is started again in time finds its node with all entries, and one that never comes back leaves none behind.
 *
 * Returns the way to stop.
 */
export function watchForOrphaning(connections: Watched, timeoutSeconds: number, end: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    if (connections.count > 0) {
      clearTimeout(timer);
      timer = undefined;
    } else {
      timer ??= setTimeout(end, timeoutSeconds * 1000);
    }
  };
  connections.onCountChange = look;
  look();
  return () => {
    connections.onCountChange = () => {};
    clearTimeout(timer);
  };
}
