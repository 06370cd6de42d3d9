import { describe, expect, test } from 'vitest';
import { CopyWindow } from './copy-window.ts';

describe('the window of copying', () => {
  test.each([
    { what: 'bytes', limits: { bytes: 100, entries: 1_000 }, bytes: 25, fits: 4 },
    { what: 'number', limits: { bytes: 100, entries: 3 }, bytes: 1, fits: 3 },
    { what: 'one entry, however large', limits: { bytes: 100, entries: 3 }, bytes: 1_000, fits: 1 },
  ])('is bounded in $what', async ({ limits, bytes, fits }) => {
    const window = new CopyWindow(limits);
    const entered: number[] = [];
    for (let i = 0; i < 20; i++) void window.enter(bytes).then(() => entered.push(i));
    await settle();
    expect(entered).toHaveLength(fits);
    while (entered.length < 20) {
      const before = entered.length;
      window.leave(bytes);
      await settle();
      expect(entered).toHaveLength(before + 1);
    }
    expect(entered).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test('keeps the order: a small entry does not pass a large one that waits', async () => {
    const window = new CopyWindow({ bytes: 100, entries: 10 });
    const entered: string[] = [];
    void window.enter(60).then(() => entered.push('first'));
    void window.enter(60).then(() => entered.push('second'));
    void window.enter(10).then(() => entered.push('third'));
    await settle();
    expect(entered).toEqual(['first']);
    window.leave(60);
    await settle();
    expect(entered).toEqual(['first', 'second', 'third']);
  });
});

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
