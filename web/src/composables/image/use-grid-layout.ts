import { computed, watch, type ComputedRef, type Ref } from 'vue';
import type { ImageTileFragment } from '../../graphql/generated/graphql.ts';
import { useVisiblePart, type VisiblePart } from '../base/use-visible-part.ts';
import { layoutRows, rowsBetween, standingRows, type RowsLayout } from './justified-rows.ts';

const CAPTION_HEIGHT = 28;
/** Windows' worth of rows kept on the page above and below, so that scrolling meets finished pictures. */
const OVERSCAN = 0.75;

/** Where a picture stands in the grid, in CSS pixels. */
export interface Place {
  readonly index: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface GridLayout {
  readonly part: Readonly<Ref<VisiblePart>>;
  readonly layout: ComputedRef<RowsLayout>;
  /** What is on the page: what is in view and some more. The same list until another row comes or goes. */
  readonly places: ComputedRef<readonly Place[]>;
  /** The index of the first picture in view, or -1 where there is none. */
  readonly firstInView: ComputedRef<number>;
}

/** Lays out pictures in rows as wide as the list, and keeps what one looks at in its place when rows above it change. */
export function useGridLayout(
  list: Readonly<Ref<HTMLElement | null>>,
  images: () => readonly ImageTileFragment[],
): GridLayout {
  const part = useVisiblePart(list);
  const width = computed(() => part.value.width);
  let last: { images: readonly ImageTileFragment[]; width: number; layout: RowsLayout } | undefined;

  const layout = computed(() => {
    const pictures = images();
    const isNarrow = width.value < 640;
    const standing =
      last?.width === width.value
        ? standingRows(last.layout.rows, sameAtTheBeginning(last.images, pictures))
        : [];
    const ratios = width.value > 0 ? pictures.map((image) => image.width / image.height) : [];
    const next = layoutRows(
      ratios,
      {
        width: width.value,
        targetHeight: isNarrow ? 150 : 230,
        gap: isNarrow ? 8 : 12,
        captionHeight: CAPTION_HEIGHT,
      },
      standing,
    );
    last = { images: pictures, width: width.value, layout: next };
    return next;
  });

  const rows = computed<readonly RowsLayout['rows'][number][]>((before) => {
    const { from, to } = part.value;
    const margin = (to - from) * OVERSCAN;
    const next = rowsBetween(layout.value.rows, from - margin, to + margin);
    const isSame = before?.length === next.length && before.every((row, place) => row === next[place]);
    return isSame ? before : next;
  });
  const places = computed(() =>
    rows.value.flatMap(({ top, height, cells }) => cells.map((cell) => ({ ...cell, top, height }))),
  );
  const firstInView = computed(() => {
    const { from, to } = part.value;
    const inView = rowsBetween(layout.value.rows, from, to);
    return (inView.find(({ top }) => top >= from) ?? inView[0])?.cells[0]?.index ?? -1;
  });

  watch(
    [layout, images] as const,
    ([next, nextImages], [previous, previousImages]) => {
      const { from, to } = part.value;
      if (from <= 0) return;
      for (const row of rowsBetween(previous.rows, from, to)) {
        for (const { index } of row.cells) {
          const key = previousImages[index]?.key;
          const place =
            nextImages[index]?.key === key ? index : nextImages.findIndex((image) => image.key === key);
          const nextRow = next.rows.find(
            ({ cells }) => cells[0]!.index <= place && place <= cells.at(-1)!.index,
          );
          if (!nextRow) continue;
          if (nextRow.top !== row.top) window.scrollBy({ top: nextRow.top - row.top, behavior: 'instant' });
          return;
        }
      }
    },
    { flush: 'post' },
  );

  return { part, layout, places, firstInView };
}

/** How many pictures have kept their place and shape from the beginning on. */
function sameAtTheBeginning(
  before: readonly ImageTileFragment[],
  after: readonly ImageTileFragment[],
): number {
  let count = 0;
  while (count < before.length && count < after.length) {
    const [left, right] = [before[count]!, after[count]!];
    if (left !== right && left.width * right.height !== right.width * left.height) break;
    count++;
  }
  return count;
}
