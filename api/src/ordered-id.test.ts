import { expect, test } from 'vitest';
import { makeNewId } from './ordered-id.ts';

test('ids are UUIDv7 of the time, and each is greater than the one before', () => {
  let now = Date.UTC(2026, 0, 1);
  const newId = makeNewId(() => now);
  const ids = Array.from({ length: 2000 }, (_, index) => {
    if (index % 500 === 499) now += index % 2 ? 1 : -1;
    return newId();
  });
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(2000);
  expect(ids[0]).toMatch(/^019b76da-a800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('an id is greater than the one that it is to come after, whatever the clock says', () => {
  const now = Date.UTC(2026, 0, 1);
  const ahead = makeNewId(() => now + 86_400_000)();
  const newId = makeNewId(() => now);
  expect(newId() < ahead).toBe(true);
  expect(newId(ahead) > ahead).toBe(true);
  expect(newId() < ahead).toBe(true);
});
