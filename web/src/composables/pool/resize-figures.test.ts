import { describe, expect, it } from 'vitest';
import {
  copiedShare,
  resizeObstacle,
  resizeOutcome,
  resizeProgress,
  resizeTitle,
  type Resize,
} from './resize-figures.ts';

const MIB = 1024 ** 2;
const running: Resize = {
  id: 'r1',
  fromSize: 2,
  toSize: 3,
  state: 'RUNNING',
  reason: 'Copying entries.',
  requestedAt: '2026-01-01T00:00:00Z',
  startedAt: '2026-01-01T00:00:01Z',
  finishedAt: null,
  entriesTotal: 3300,
  entriesCopied: 1204,
  bytesTotal: 800 * MIB,
  bytesCopied: 200 * MIB,
  bytesPerSecond: 24 * MIB,
  secondsLeft: 25,
};
const uncounted: Resize = { ...running, entriesTotal: null, bytesTotal: null };

describe('copiedShare', () => {
  it.each<[string, Resize, number | undefined]>([
    ['a part', running, 0.25],
    ['what is not counted yet', uncounted, undefined],
    ['nothing to copy', { ...running, bytesTotal: 0, bytesCopied: 0 }, 1],
    ['more than was counted', { ...running, bytesCopied: 900 * MIB }, 1],
  ])('tells %s', (_what, resize, share) => {
    expect(copiedShare(resize)).toBe(share);
  });
});

describe('resizeProgress', () => {
  it('tells amounts, speed and time left', () => {
    expect(resizeProgress(running)).toEqual([
      '200 MiB of 800 MiB',
      '1,204 of 3,300 entries',
      '24.0 MiB/s',
      '25 s left',
    ]);
  });

  it('leaves out what is not known, and the speed of what is paused', () => {
    expect(resizeProgress(uncounted)).toEqual([]);
    expect(resizeProgress({ ...running, bytesPerSecond: null, secondsLeft: null })).toHaveLength(2);
    expect(resizeProgress({ ...running, state: 'PAUSED' })).toHaveLength(2);
  });
});

describe('resizeOutcome', () => {
  it('tells what was copied and how long it took, if it ever started', () => {
    const done: Resize = { ...running, state: 'DONE', finishedAt: '2026-01-01T00:00:13Z' };
    expect(resizeOutcome(done)).toEqual(['1,204 entries, 200 MiB copied', '12 s']);
    expect(resizeOutcome({ ...done, startedAt: null })).toHaveLength(1);
  });
});

describe('resizeTitle', () => {
  it.each([
    [2, 3, 'Growing from 2 to 3 nodes'],
    [2, 1, 'Shrinking from 2 to 1 node'],
  ])('from %d to %d', (fromSize, toSize, title) => {
    expect(resizeTitle({ fromSize, toSize })).toBe(title);
  });
});

describe('resizeObstacle', () => {
  it('gives the reason of a fixed pool, then that of the mode', () => {
    const free = { isElastic: true, fixedReason: null, mode: 'MANUAL' } as const;
    expect(resizeObstacle(free)).toBeUndefined();
    expect(resizeObstacle({ ...free, mode: 'AUTO' })).toContain('autoscaler');
    expect(resizeObstacle({ isElastic: false, fixedReason: 'Given.', mode: 'AUTO' })).toBe('Given.');
    expect(resizeObstacle({ ...free, isElastic: false })).toContain('are given');
  });
});
