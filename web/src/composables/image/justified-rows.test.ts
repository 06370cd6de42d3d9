import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutRows, rowsBetween, standingRows } from './justified-rows.ts';

const options = { width: 1000, targetHeight: 200, gap: 8, captionHeight: 24 };
const ratios = fc.array(fc.double({ min: 0.05, max: 20, noNaN: true }), { maxLength: 80 });
const widths = fc.integer({ min: 280, max: 3000 });

describe('layoutRows', () => {
  it('has no rows for no pictures', () => {
    expect(layoutRows([], options)).toEqual({ rows: [], height: 0 });
  });

  it('leaves a last row at the target height', () => {
    const { rows, height } = layoutRows([1.5, 1], options);
    expect(rows).toEqual([
      {
        top: 0,
        height: 200,
        cells: [
          { index: 0, left: 0, width: 300 },
          { index: 1, left: 308, width: 200 },
        ],
      },
    ]);
    expect(height).toBe(224);
  });

  it('places every picture once, in order, without overlap, and fills each row but the last', () => {
    fc.assert(
      fc.property(ratios, widths, (list, width) => {
        const { rows } = layoutRows(list, { ...options, width });
        expect(rows.flatMap((row) => row.cells.map((cell) => cell.index))).toEqual(
          list.map((_, index) => index),
        );
        rows.forEach((row, place) => {
          const last = row.cells.at(-1)!;
          if (place < rows.length - 1) expect(last.left + last.width).toBe(width);
          expect(last.left + last.width).toBeLessThanOrEqual(width + 1);
          row.cells.reduce((right, cell) => {
            expect(cell.left).toBeGreaterThanOrEqual(right);
            expect(cell.width).toBeGreaterThan(0);
            return cell.left + cell.width + options.gap;
          }, 0);
        });
      }),
    );
  });

  it('keeps row heights near the target', () => {
    fc.assert(
      fc.property(ratios, (list) => {
        for (const row of layoutRows(list, options).rows) {
          expect(row.height).toBeGreaterThanOrEqual(options.targetHeight / 2);
          expect(row.height).toBeLessThanOrEqual(options.targetHeight * 2);
        }
      }),
    );
  });
});

describe('standingRows', () => {
  it('spares laying out again what has not changed, with the same result', () => {
    fc.assert(
      fc.property(ratios, ratios, ratios, widths, (same, before, after, width) => {
        const { rows } = layoutRows([...same, ...before], { ...options, width });
        const list = [...same, ...after];
        const standing = standingRows(rows, same.length);
        expect(layoutRows(list, { ...options, width }, standing)).toEqual(
          layoutRows(list, { ...options, width }),
        );
      }),
    );
  });

  it('keeps nearly all rows when pictures are added at the end', () => {
    const many = Array.from({ length: 1000 }, (_, index) => 0.6 + (index % 7) * 0.2);
    const { rows } = layoutRows(many, options);
    expect(standingRows(rows, many.length)).toHaveLength(rows.length - 1);
  });
});

describe('rowsBetween', () => {
  it('finds exactly the rows that a plain scan finds', () => {
    fc.assert(
      fc.property(
        ratios,
        fc.integer({ min: -500, max: 5000 }),
        fc.integer({ min: 0, max: 2000 }),
        (list, from, length) => {
          const { rows } = layoutRows(list, options);
          const found = rowsBetween(rows, from, from + length);
          const touching = rows.filter((row) => row.top < from + length && row.top + row.height > from);
          for (const row of touching) expect(found).toContain(row);
          expect(found.length).toBeLessThanOrEqual(touching.length + 1);
        },
      ),
    );
  });
});
