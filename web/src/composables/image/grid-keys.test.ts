import { describe, expect, it } from 'vitest';
import { indexAfterKey } from './grid-keys.ts';
import { layoutRows } from './justified-rows.ts';

describe('indexAfterKey', () => {
  // Two rows of 0 1 2 and 3 4: three squares, then a wide and a narrow one.
  const { rows } = layoutRows([1, 1, 1, 2, 1], { width: 620, targetHeight: 200, gap: 10, captionHeight: 0 });

  it.each([
    [0, 'ArrowRight', 1],
    [2, 'ArrowRight', 3],
    [4, 'ArrowRight', undefined],
    [3, 'ArrowLeft', 2],
    [0, 'ArrowLeft', undefined],
    [0, 'ArrowDown', 3],
    [2, 'ArrowDown', 4],
    [4, 'ArrowUp', 2],
    [1, 'ArrowUp', undefined],
    [2, 'Home', 0],
    [2, 'End', 4],
    [2, 'x', undefined],
  ])('leads from %d by %s to %s', (index, key, target) => {
    expect(rows.map((row) => row.cells.length)).toEqual([3, 2]);
    expect(indexAfterKey(rows, index, key)).toBe(target);
  });
});
