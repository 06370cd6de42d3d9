import type { Row } from './justified-rows.ts';

/** Where a key press leads from a picture: the neighbour's index, or undefined where the key means nothing or there is no neighbour. */
export function indexAfterKey(rows: readonly Row[], index: number, key: string): number | undefined {
  const last = rows.at(-1)?.cells.at(-1)?.index ?? -1;
  switch (key) {
    case 'ArrowLeft':
      return index > 0 ? index - 1 : undefined;
    case 'ArrowRight':
      return index < last ? index + 1 : undefined;
    case 'ArrowUp':
      return inNextRow(rows, index, -1);
    case 'ArrowDown':
      return inNextRow(rows, index, 1);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
}

/** The picture above or below whose middle is nearest. */
function inNextRow(rows: readonly Row[], index: number, step: 1 | -1): number | undefined {
  const place = rows.findIndex(({ cells }) => cells[0]!.index <= index && index <= cells.at(-1)!.index);
  const own = rows[place]?.cells.find((cell) => cell.index === index);
  const target = rows[place + step];
  if (!own || !target) return undefined;
  const middle = own.left + own.width / 2;
  const distance = (cell: { left: number; width: number }): number =>
    Math.abs(cell.left + cell.width / 2 - middle);
  return target.cells.reduce((best, cell) => (distance(cell) < distance(best) ? cell : best)).index;
}
