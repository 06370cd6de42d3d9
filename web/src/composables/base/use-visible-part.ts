import { onActivated, onMounted, onScopeDispose, shallowRef, type Ref, type ShallowRef } from 'vue';

/** A stretch of an element in CSS pixels from its top edge. */
export interface VisiblePart {
  readonly from: number;
  readonly to: number;
  /** The element's inner width. */
  readonly width: number;
}

/** The part of an element that the window shows, measured at most once per frame and kept while the element is off the page. */
export function useVisiblePart(
  element: Readonly<Ref<HTMLElement | null>>,
): Readonly<ShallowRef<VisiblePart>> {
  const part = shallowRef<VisiblePart>({ from: 0, to: 0, width: 0 });
  let frame = 0;

  function measure(): void {
    frame = 0;
    if (!element.value?.isConnected) return;
    const { top, width } = element.value.getBoundingClientRect();
    const next = { from: -top, to: -top + window.innerHeight, width: Math.floor(width) };
    const { from, width: oldWidth } = part.value;
    if (next.from !== from || next.to !== part.value.to || next.width !== oldWidth) part.value = next;
  }
  const measureSoon = (): void => {
    frame ||= requestAnimationFrame(measure);
  };

  const observer = typeof ResizeObserver === 'undefined' ? undefined : new ResizeObserver(measureSoon);
  onMounted(() => {
    measure();
    if (element.value) observer?.observe(element.value);
    addEventListener('scroll', measureSoon, { passive: true });
    addEventListener('resize', measureSoon);
  });
  onActivated(measure);
  onScopeDispose(() => {
    cancelAnimationFrame(frame);
    observer?.disconnect();
    removeEventListener('scroll', measureSoon);
    removeEventListener('resize', measureSoon);
  });
  return part;
}
