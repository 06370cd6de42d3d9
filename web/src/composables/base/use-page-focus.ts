import { nextTick, onScopeDispose } from 'vue';
import { useRouter, type RouteLocation } from 'vue-router';
import { titleOf } from '../../places.ts';

/**
 * Does what a browser does on a new page and a router doesn't: sets the title and moves the focus to the page's heading, or, on the way
 * back from an image, to that image in the gallery.
 */
export function usePageFocus(): void {
  const router = useRouter();
  const stop = router.afterEach(async (to, from, failure) => {
    if (failure) return;
    document.title = titleOf(to);
    const isFirstPage = from.matched.length === 0;
    if (isFirstPage || to.path === from.path) return;
    await nextTick();
    focusTarget(from)?.focus({ preventScroll: true });
  });
  onScopeDispose(stop);
}

function focusTarget(from: RouteLocation): HTMLElement | null {
  const key = from.query['key'];
  const opened = typeof key === 'string' ? `main [data-key="${CSS.escape(key)}"]` : undefined;
  return (
    (opened ? document.querySelector<HTMLElement>(opened) : null) ??
    document.querySelector<HTMLElement>('main h1')
  );
}
