/** Where a picture stands in its row, in CSS pixels from the left edge. */
export interface Cell {
  readonly index: number;
  readonly left: number;
  readonly width: number;
}

/** A row of pictures of one height, in CSS pixels from the top edge. */
export interface Row {
  readonly top: number;
  readonly height: number;
  readonly cells: readonly Cell[];
}

export interface RowsLayout {
  readonly rows: readonly Row[];
  /** From the top of the first row to the bottom of the last, captions included. */
  readonly height: number;
}

export interface RowsOptions {
  readonly width: number;
  /** The height that rows come close to; the last row has it exactly unless it fills its line. */
  readonly targetHeight: number;
  readonly gap: number;
  /** Room kept below each row's pictures. */
  readonly captionHeight: number;
}

const NARROWEST = 0.5;
const WIDEST = 3;

/**
 * Lays pictures out in justified rows: each row fills the width exactly and its pictures share a height. Ratios are width / height;
 * the extremes are cropped to between 1:2 and 3:1, so that a panorama can't fill the screen nor a strip vanish. `standing` are rows of a
 * layout before that stay as they are, from the top.
 */
export function layoutRows(
  ratios: readonly number[],
  options: RowsOptions,
  standing: readonly Row[] = [],
): RowsLayout {
  const { width, targetHeight, gap, captionHeight } = options;
  const rows = [...standing];
  const before = rows.at(-1);
  let top = before ? before.top + before.height + captionHeight + gap : 0;
  const begin = before ? before.cells.at(-1)!.index + 1 : 0;
  let start = begin;
  let ratioSum = 0;

  const close = (end: number, height: number, fills: boolean): void => {
    const row = {
      top,
      height,
      cells: cellsOf(ratios, { start, end, height, gap, fillWidth: fills ? width : undefined }),
    };
    rows.push(row);
    top += height + captionHeight + gap;
    ratioSum = 0;
    start = end;
  };

  for (let index = begin; index < ratios.length; index++) {
    const ratio = clampRatio(ratios[index]!);
    const without = heightOf(ratioSum, index - start, width, gap);
    ratioSum += ratio;
    const withIt = heightOf(ratioSum, index + 1 - start, width, gap);
    if (withIt > targetHeight) continue;
    const isBetterWithout = index > start && without / targetHeight < targetHeight / withIt;
    if (isBetterWithout) {
      close(index, Math.round(without), true);
      ratioSum = ratio;
      if (heightOf(ratio, 1, width, gap) <= targetHeight) close(index + 1, Math.round(width / ratio), true);
    } else {
      close(index + 1, Math.round(withIt), true);
    }
  }
  if (start < ratios.length) close(ratios.length, targetHeight, false);
  return { rows, height: Math.max(0, top - gap) };
}

/** The rows of a layout that stay as they are when only what lies behind the first `count` pictures changes. */
export function standingRows(rows: readonly Row[], count: number): readonly Row[] {
  // The last row was laid out without knowing what would follow, and a full one may have looked at the picture behind it.
  const isStanding = (row: Row): boolean => row.cells.at(-1)!.index + 1 < count;
  let end = Math.max(0, rows.length - 1);
  while (end > 0 && !isStanding(rows[end - 1]!)) end--;
  return rows.slice(0, end);
}

/** The rows that touch the stretch from `from` to `to`, found by bisection. */
export function rowsBetween(rows: readonly Row[], from: number, to: number): readonly Row[] {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const next = rows[middle + 1];
    if (next !== undefined && next.top <= from) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < rows.length && rows[end]!.top < to) end++;
  return rows.slice(low, end);
}

function heightOf(ratioSum: number, count: number, width: number, gap: number): number {
  return count === 0 ? Infinity : (width - gap * (count - 1)) / ratioSum;
}

function clampRatio(ratio: number): number {
  return Math.min(WIDEST, Math.max(NARROWEST, ratio));
}

/** Whole pixels, so that edges stay sharp; in a full row the last picture takes what rounding left over. */
function cellsOf(
  ratios: readonly number[],
  row: { start: number; end: number; height: number; gap: number; fillWidth: number | undefined },
): Cell[] {
  const cells: Cell[] = [];
  let left = 0;
  for (let index = row.start; index < row.end; index++) {
    const isLast = index === row.end - 1;
    const natural = Math.round(clampRatio(ratios[index]!) * row.height);
    const width = isLast && row.fillWidth !== undefined ? row.fillWidth - left : natural;
    cells.push({ index, left, width });
    left += width + row.gap;
  }
  return cells;
}
