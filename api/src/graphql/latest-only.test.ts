import { createPubSub } from '@graphql-yoga/subscription';
import { expect, test } from 'vitest';
import { latestOnly } from './latest-only.ts';

test('a reader hears at once that there is something, and then after each event', async () => {
  const { events, publish } = makeEvents();
  expect(await events.next()).toEqual({ done: false, value: null });
  for (let round = 0; round < 3; round++) {
    const next = events.next();
    publish();
    expect(await next).toEqual({ done: false, value: null });
  }
  await events.return();
});

test('a reader who is slow hears of many events once, and nothing is kept for it', async () => {
  const { events, publish } = makeEvents();
  await events.next();
  for (let turn = 0; turn < 5000; turn++) {
    publish();
    if (turn % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await events.next()).toEqual({ done: false, value: null });
  let isThereMore = false;
  const more = events.next().then(({ done }) => (isThereMore = !done));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(isThereMore).toBe(false);
  publish();
  await more;
  expect(isThereMore).toBe(true);
  await events.return();
});

test('a reader who waits can stop, and the source hears of it', async () => {
  const { events, listenerCount } = makeEvents();
  await events.next();
  expect(listenerCount()).toBe(1);
  const waiting = events.next();
  await events.return();
  expect((await waiting).done).toBe(true);
  await expect.poll(listenerCount).toBe(0);
});

test('a reader who stops before it has read anything leaves nothing behind', async () => {
  const { events, listenerCount } = makeEvents();
  await events.return();
  expect(listenerCount()).toBe(0);
});

function makeEvents() {
  const listeners = new Set<unknown>();
  const eventTarget = new (class extends EventTarget {
    override addEventListener(...args: Parameters<EventTarget['addEventListener']>) {
      listeners.add(args[1]);
      super.addEventListener(...args);
    }
    override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>) {
      listeners.delete(args[1]);
      super.removeEventListener(...args);
    }
  })();
  const topics = createPubSub<{ changed: [] }>({ eventTarget });
  return {
    events: latestOnly(topics.subscribe('changed')),
    publish: () => topics.publish('changed'),
    listenerCount: () => listeners.size,
  };
}
