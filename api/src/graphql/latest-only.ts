import { Repeater } from '@graphql-yoga/subscription';

/**
 * Says at once, and again after each event of the source, that there is something new. A slow reader hears of many events as of one,
 * so that whatever comes, nothing is kept for it.
 */
export function latestOnly(source: Repeater<unknown>): Repeater<null> {
  return new Repeater<null>(async (push, stop) => {
    let isNew = true;
    let wake = () => {};
    let isStopped = false;
    void stop.then(() => {
      isStopped = true;
      wake();
      return source.return();
    });
    void (async () => {
      while (!(await source.next()).done) {
        isNew = true;
        wake();
      }
    })();
    while (!isStopped) {
      if (!isNew) await new Promise<void>((resolve) => (wake = resolve));
      if (isStopped) break;
      isNew = false;
      // Resolves when the reader asks for the next one.
      await push(null);
    }
  });
}
