import { computed, nextTick, shallowRef, type ComputedRef, type Ref } from 'vue';

const STEP = 1.5;
const MOST = 8;

export interface Zoom {
  /** CSS pixels of the screen for each of the picture. */
  readonly scale: ComputedRef<number>;
  readonly isFitted: ComputedRef<boolean>;
  fit(): void;
  /** One step closer or away, about a point of the window or its middle. */
  step(direction: 1 | -1, at?: { clientX: number; clientY: number }): void;
  /** From the whole picture to one pixel for each, and back. */
  toggle(at: { clientX: number; clientY: number }): void;
}

/** How close one looks at a picture in a frame that scrolls. The point that one zooms at stays where it is. */
export function useZoom(
  frame: Readonly<Ref<HTMLElement | null>>,
  size: () => { readonly width: number; readonly height: number },
): Zoom {
  const chosen = shallowRef<number>();
  const room = shallowRef({ width: 1, height: 1 });
  const fitted = computed(() =>
    Math.min(1, room.value.width / size().width, room.value.height / size().height),
  );
  const scale = computed(() => chosen.value ?? fitted.value);

  function measure(): void {
    if (frame.value) room.value = { width: frame.value.clientWidth, height: frame.value.clientHeight };
  }

  function goTo(next: number, at?: { clientX: number; clientY: number }): void {
    const element = frame.value;
    if (!element) return;
    const box = element.getBoundingClientRect();
    const x = at ? at.clientX - box.left : box.width / 2;
    const y = at ? at.clientY - box.top : box.height / 2;
    const before = scale.value;
    const point = { x: element.scrollLeft + x, y: element.scrollTop + y };
    chosen.value = next <= fitted.value ? undefined : Math.min(MOST, next);
    const ratio = scale.value / before;
    void nextTick(() => element.scrollTo(point.x * ratio - x, point.y * ratio - y));
  }

  return {
    scale,
    isFitted: computed(() => chosen.value === undefined),
    fit: () => {
      chosen.value = undefined;
      measure();
    },
    step: (direction, at) => goTo(scale.value * STEP ** direction, at),
    toggle: (at) => goTo(chosen.value === undefined ? Math.max(1, fitted.value * 2) : 0, at),
  };
}
