import { expect, it, vi } from 'vitest';
import { node } from '../../../test/pool-states.ts';
import { LastWords } from './last-words.ts';

it('nodes are asked for their last words shortly before they are given up, now and then, until they answer', async () => {
  const tell = vi.fn(async (id: string) => `${'x'.repeat(600)} ${id}`);
  const words = new LastWords({ lastWords: tell }, 300_000);
  const starting = [node(0, 'STARTING'), node(1, 'READY')];
  const since = new Map([
    ['id-0', 0],
    ['id-1', 0],
  ]);
  words.listen(starting, since, 279_999);
  expect(tell).not.toHaveBeenCalled();
  words.listen(starting, since, 280_000);
  words.listen(starting, since, 284_999);
  expect(tell.mock.calls).toEqual([['id-0']]);
  await vi.waitUntil(() => words.listen(starting, since, 284_999).size > 0, { timeout: 15_000 });
  expect(words.listen(starting, since, 285_000).get('id-0')).toMatch(/^x{495} id-0$/);
  expect(tell).toHaveBeenCalledTimes(2);
  expect(words.listen([node(0, 'JOINING')], since, 286_000).size).toBe(0);
});

it('one that can not be asked says nothing', async () => {
  const silent = new LastWords({}, 30_000);
  const broken = new LastWords({ lastWords: () => Promise.reject(new Error('no')) }, 30_000);
  for (const words of [silent, broken]) {
    words.listen([node(0, 'STARTING')], new Map([['id-0', 0]]), 60_000);
    await Promise.resolve();
    expect(words.listen([node(0, 'STARTING')], new Map([['id-0', 0]]), 60_001).size).toBe(0);
  }
});
