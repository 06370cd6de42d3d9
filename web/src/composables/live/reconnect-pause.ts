const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 5000;

/** Milliseconds before an attempt (1 is the first): doubling up to 5 s, of which chance takes off up to a half. */
export function pauseMs(attempt: number, random: () => number): number {
  const full = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
  return full * (1 - random() / 2);
}

/** Waits before a reconnection, but no longer than until the browser says that it is online or the page is looked at again. */
export function pauseBeforeReconnecting(attempt: number): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      removeEventListener('online', finish);
      document.removeEventListener('visibilitychange', finish);
      resolve();
    };
    const timer = setTimeout(finish, pauseMs(attempt, Math.random));
    addEventListener('online', finish);
    document.addEventListener('visibilitychange', finish);
  });
}
