import { expect, test } from 'vitest';
import { KeyTurns } from './key-turns.ts';

test('work on one key is done in order, work on another at once', async () => {
  const turns = new KeyTurns();
  const events: string[] = [];
  let finish = () => {};
  const first = turns.run('a', async () => {
    events.push('a1 begins');
    await new Promise<void>((resolve) => (finish = resolve));
    events.push('a1 ends');
  });
  const second = turns.run('a', async () => void events.push('a2'));
  await turns.run('b', async () => void events.push('b'));
  finish();
  await Promise.all([first, second]);
  expect(events).toEqual(['a1 begins', 'b', 'a1 ends', 'a2']);
});

test('a failure is its own only', async () => {
  const turns = new KeyTurns();
  const failing = turns.run('a', () => Promise.reject(new Error('no')));
  const next = turns.run('a', async () => 'yes');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('yes');
});
