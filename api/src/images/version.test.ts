import { expect, test } from 'vitest';
import { makeNewVersion } from './version.ts';

test('versions are UUIDv7 of the time, and each is greater than the one before', () => {
  let now = Date.UTC(2026, 0, 1);
  const newVersion = makeNewVersion(() => now);
  const versions = Array.from({ length: 2000 }, (_, index) => {
    if (index % 500 === 499) now += index % 2 ? 1 : -1;
    return newVersion();
  });
  expect(versions).toEqual(versions.toSorted());
  expect(new Set(versions).size).toBe(2000);
  expect(versions[0]).toMatch(/^019b76da-a800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('a version is greater than the one that it is to come after, whatever the clock says', () => {
  const now = Date.UTC(2026, 0, 1);
  const ahead = makeNewVersion(() => now + 86_400_000)();
  const newVersion = makeNewVersion(() => now);
  expect(newVersion() < ahead).toBe(true);
  expect(newVersion(ahead) > ahead).toBe(true);
  expect(newVersion() < ahead).toBe(true);
});
