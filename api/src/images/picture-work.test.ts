import { expect, test } from 'vitest';
import { WorkSlots } from './picture-work.ts';

test('at most so many run at once, in the order of their coming', async () => {
  const slots = new WorkSlots({ atOnce: 2, maxWaiting: 10 });
  const started: number[] = [];
  const finish: (() => void)[] = [];
  const all = [0, 1, 2, 3].map((index) =>
    slots.run(async () => {
      started.push(index);
      await new Promise<void>((resolve) => (finish[index] = resolve));
      return index;
    }),
  );
  await turnOfTheLoop();
  expect(started).toEqual([0, 1]);
  finish[1]!();
  await turnOfTheLoop();
  expect(started).toEqual([0, 1, 2]);
  finish[0]!();
  await turnOfTheLoop();
  finish[2]!();
  finish[3]!();
  expect(await Promise.all(all)).toEqual([0, 1, 2, 3]);
});

test('a failure frees the slot', async () => {
  const slots = new WorkSlots({ atOnce: 1, maxWaiting: 0 });
  await expect(slots.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await slots.run(async () => 'yes')).toBe('yes');
});

test('too many waiting are refused', async () => {
  const slots = new WorkSlots({ atOnce: 1, maxWaiting: 1 });
  let finish = () => {};
  const first = slots.run(() => new Promise<void>((resolve) => (finish = resolve)));
  const second = slots.run(async () => 'done');
  await expect(slots.run(async () => 'never')).rejects.toMatchObject({ code: 'TOO_BUSY' });
  finish();
  await first;
  expect(await second).toBe('done');
});

async function turnOfTheLoop(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
