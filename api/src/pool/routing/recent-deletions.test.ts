import { describe, expect, it } from 'vitest';
import { RecentDeletions } from './recent-deletions.ts';

const VERSION = `${'a'.repeat(32)}:01a209cf-afe2-7115-a69a-92f8bc4e6a59`;
const OTHER = `${'b'.repeat(32)}:01a209cf-afe2-7115-a69a-92f8bc4e6a59`;

describe('RecentDeletions', () => {
  it('knows a version by any of its entries', () => {
    const deletions = new RecentDeletions(() => 0);
    deletions.add([`${VERSION}:640.avif`]);
    expect(deletions.has(VERSION)).toBe(true);
    expect(deletions.has(`${VERSION}:64.webp`)).toBe(true);
    expect(deletions.has(OTHER)).toBe(false);
  });

  it('knows it for a minute at least, and forgets it in time', () => {
    let now = 0;
    const deletions = new RecentDeletions(() => now);
    deletions.add([VERSION]);
    now = 60_000;
    deletions.add([OTHER]);
    expect(deletions.has(VERSION)).toBe(true);
    now = 120_000;
    deletions.add([OTHER]);
    expect(deletions.has(VERSION)).toBe(false);
  });

  it('does not grow without bound', () => {
    const deletions = new RecentDeletions(() => 0);
    deletions.add([VERSION]);
    for (let i = 0; i < 100_000; i++) deletions.add([`${String(i).padStart(32, '0')}:${OTHER.slice(33)}`]);
    expect(deletions.has(VERSION)).toBe(false);
  });
});
