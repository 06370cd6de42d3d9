import { computed, nextTick, shallowRef, type ComputedRef, type Ref } from 'vue';
import type { GridLayout } from './use-grid-layout.ts';
import { indexAfterKey } from './grid-keys.ts';

export interface GridFocus {
  /** The one picture that the tab key reaches: the one focused last, or the first in view. */
  readonly tabStop: ComputedRef<number>;
  /** Remembers where the focus is. */
  onFocus(event: FocusEvent): void;
  /** Moves the focus as an arrow key, Home or End says. Resolves with the index where it is then, or undefined for another key. */
  moveBy(event: KeyboardEvent): Promise<number | undefined>;
  moveTo(index: number): Promise<void>;
}

/** The keyboard's place in a grid of pictures of which only some are on the page. */
export function useGridFocus(list: Readonly<Ref<HTMLElement | null>>, grid: GridLayout): GridFocus {
  const focused = shallowRef(-1);
  const tabStop = computed(() => {
    const isThere = grid.places.value.some(({ index }) => index === focused.value);
    return isThere ? focused.value : grid.firstInView.value;
  });

  const link = (index: number): HTMLElement | null =>
    list.value?.querySelector<HTMLElement>(`[data-index="${index}"]`) ?? null;

  async function moveTo(index: number): Promise<void> {
    if (!link(index)) {
      const row = grid.layout.value.rows.find(({ cells }) => cells.at(-1)!.index >= index);
      window.scrollBy({ top: (row?.top ?? 0) - grid.part.value.from, behavior: 'instant' });
      await new Promise(requestAnimationFrame);
      await nextTick();
    }
    link(index)?.focus();
  }

  return {
    tabStop,
    onFocus: (event) => {
      const index = indexOf(event.target);
      if (index !== undefined) focused.value = index;
    },
    moveBy: async (event) => {
      const current = indexOf(event.target);
      if (current === undefined || event.ctrlKey || event.metaKey || event.altKey) return undefined;
      const index = indexAfterKey(grid.layout.value.rows, current, event.key);
      if (index === undefined) return undefined;
      event.preventDefault();
      await moveTo(index);
      return index;
    },
    moveTo,
  };
}

function indexOf(target: EventTarget | null): number | undefined {
  const index = target instanceof Element ? target.closest('[data-index]')?.getAttribute('data-index') : null;
  return index == null ? undefined : Number(index);
}
