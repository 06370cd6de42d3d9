import { beforeEach, describe, expect, test } from 'vitest';
import { EntryList } from './entry-list.ts';
import { PolicyEntry } from './policy.ts';

class Entry extends PolicyEntry {}

describe('an entry list', () => {
  let list: EntryList<Entry>;
  let [a, b, c]: Entry[] = [];

  beforeEach(() => {
    list = new EntryList<Entry>();
    [a, b, c] = ['a', 'b', 'c'].map((key) => new Entry(key, 10)) as [Entry, Entry, Entry];
    for (const entry of [c, b, a]) list.addFirst(entry!);
  });

  function keys(): string {
    return [...list.entries()].map((entry) => entry.key).join('');
  }

  test.each([
    { moved: 'a', order: 'abc', last: 'c' },
    { moved: 'b', order: 'bac', last: 'c' },
    { moved: 'c', order: 'cab', last: 'b' },
  ])('moves $moved to the front', ({ moved, order, last }) => {
    list.moveToFirst([a, b, c].find((entry) => entry!.key === moved)!);
    expect(keys()).toBe(order);
    expect(list.first?.key).toBe(moved);
    expect(list.last?.key).toBe(last);
    expect([list.count, list.sizeBytes]).toEqual([3, 30]);
  });

  test.each([
    { removed: 'a', order: 'bc' },
    { removed: 'b', order: 'ac' },
    { removed: 'c', order: 'ab' },
  ])('removes $removed', ({ removed, order }) => {
    list.remove([a, b, c].find((entry) => entry!.key === removed)!);
    expect(keys()).toBe(order);
    expect([list.count, list.sizeBytes]).toEqual([2, 20]);
  });

  test('becomes empty and fills again', () => {
    for (const key of ['c', 'b', 'a']) expect(list.removeLast()?.key).toBe(key);
    expect(list.removeLast()).toBeUndefined();
    expect([list.first, list.last, list.count, list.sizeBytes]).toEqual([undefined, undefined, 0, 0]);
    list.addFirst(a!);
    expect(keys()).toBe('a');
  });

  test('a walk goes on behind an entry that is removed or moved under it', () => {
    const walk = list.entries();
    expect(walk.next().value).toBe(a);
    list.remove(b!);
    expect(walk.next().value).toBe(c);
    expect(walk.next().done).toBe(true);

    const other = list.entries();
    expect(other.next().value).toBe(a);
    list.moveToFirst(c!);
    expect(other.next().done).toBe(true);
  });

  test('walks at the same time do not disturb each other', () => {
    const abandoned = list.entries();
    abandoned.next();
    const walk = list.entries();
    walk.next();
    abandoned.return?.();
    list.remove(b!);
    expect([...walk].map((entry) => entry.key)).toEqual(['c']);
  });
});
