import { describe, expect, test } from 'vitest';
import { seededRandom } from '../simulate/seeded-random.ts';
import { Ghosts } from './ghosts.ts';

describe('ghosts', () => {
  test('are found once', () => {
    const ghosts = new Ghosts();
    ghosts.add('a', 10);
    expect([ghosts.count, ghosts.sizeBytes]).toEqual([1, 10]);
    expect(ghosts.remove('a')).toBe(true);
    expect(ghosts.remove('a')).toBe(false);
    expect([ghosts.count, ghosts.sizeBytes]).toEqual([0, 0]);
  });

  test('are forgotten in order of age, the ones that were added again last', () => {
    const ghosts = new Ghosts();
    for (const key of ['a', 'b', 'c', 'a']) ghosts.add(key, 1);
    ghosts.removeOldest();
    expect(ghosts.remove('b')).toBe(false);
    ghosts.removeOldest();
    expect(ghosts.remove('c')).toBe(false);
    expect(ghosts.remove('a')).toBe(true);
    ghosts.removeOldest();
    expect(ghosts.count).toBe(0);
  });

  test('behave as a map in order of insertion would, through 200,000 random operations', () => {
    const random = seededRandom(5);
    const ghosts = new Ghosts();
    const model = new Map<string, number>();
    for (let operation = 0; operation < 200_000; operation++) {
      const key = `key-${Math.floor(random() * 4000)}`;
      const kind = random();
      if (kind < 0.5) {
        model.delete(key);
        model.set(key, operation % 100);
        ghosts.add(key, operation % 100);
      } else if (kind < 0.8) {
        if (ghosts.remove(key) !== model.delete(key)) expect.fail(`finds ${key}`);
      } else {
        for (const oldest of model.keys()) {
          model.delete(oldest);
          break;
        }
        ghosts.removeOldest();
      }
      if (ghosts.count !== model.size) expect.fail('counts what it holds');
    }
    expect(ghosts.sizeBytes).toBe([...model.values()].reduce((sum, size) => sum + size, 0));
    for (const key of model.keys()) expect(ghosts.remove(key)).toBe(true);
    expect([ghosts.count, ghosts.sizeBytes]).toEqual([0, 0]);
  });
});
