import type { CombinedError } from '@urql/vue';
import { computed, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue';
import { explainError } from '../../graphql/explain-error.ts';
import type { ImageTileFragment } from '../../graphql/generated/graphql.ts';
import { useClient } from '../../graphql/use-client.ts';
import { useImageChanges } from '../live/use-image-changes.ts';
import { fetchImages, isError, type GalleryFilter, type ImageRun } from './fetch-images.ts';
import { applyChange, type ImageChange, type ListEffect } from './gallery-list.ts';

const PAGE_SIZE = 60;

/** `refreshing`: the images shown are those of the filter before. */
export type GalleryState = 'loading' | 'refreshing' | 'ready' | 'empty' | 'failed';

/** What lies behind the loaded images. */
export type GalleryRest = 'none' | 'more' | 'loading' | 'failed';

export interface Gallery {
  readonly state: ComputedRef<GalleryState>;
  readonly images: Readonly<ShallowRef<readonly ImageTileFragment[]>>;
  readonly error: Readonly<ShallowRef<string>>;
  readonly rest: Readonly<ShallowRef<GalleryRest>>;
  /** Images that came up elsewhere and are not shown yet, so that nothing moves under the reader's eyes. */
  readonly arrivals: Readonly<ShallowRef<readonly ImageTileFragment[]>>;
  loadMore(): Promise<void>;
  reload(): Promise<void>;
  showArrivals(): void;
}

/**
 * The images under a filter, page by page, kept up to date by the stream of changes. `mayShift` says whether an image may be inserted
 * at an index now without moving what the reader looks at.
 */
export function useGallery(filter: () => GalleryFilter, mayShift: (index: number) => boolean): Gallery {
  const client = useClient();
  const images = shallowRef<readonly ImageTileFragment[]>([]);
  const arrivals = shallowRef<readonly ImageTileFragment[]>([]);
  const phase = shallowRef<'loading' | 'ready' | 'failed'>('loading');
  const rest = shallowRef<GalleryRest>('none');
  const error = shallowRef('');
  let cursor: string | null = null;
  /** Goes up when a load makes earlier ones obsolete. */
  let latest = 0;
  /** What changed while a page was on its way, which may or may not know of it. */
  let changesMeanwhile: ImageChange[] | undefined;
  /** Whether changes may have been missed while a load was on its way, so that one more is due. */
  let isBehind = false;

  const state = computed<GalleryState>(() => {
    const isBlank = images.value.length === 0;
    if (phase.value === 'loading') return isBlank ? 'loading' : 'refreshing';
    if (phase.value === 'failed') return 'failed';
    return isBlank ? 'empty' : 'ready';
  });

  /** Runs one load; its outcome counts only if no later load has begun. */
  async function whileLatest<Outcome>(
    load: () => Promise<Outcome>,
    finish: (outcome: Outcome) => void,
  ): Promise<void> {
    const own = ++latest;
    changesMeanwhile = [];
    const outcome = await load();
    if (own !== latest) return;
    const missed = changesMeanwhile;
    changesMeanwhile = undefined;
    finish(outcome);
    missed.forEach(apply);
    if (isBehind) void catchUp();
  }

  function reload(): Promise<void> {
    phase.value = 'loading';
    arrivals.value = [];
    isBehind = false;
    return whileLatest(
      () => fetchImages(client, filter(), { count: PAGE_SIZE, after: null }),
      (page) => {
        if (isError(page)) {
          fail(page);
          return;
        }
        images.value = page.images;
        endAt(page);
        phase.value = 'ready';
      },
    );
  }

  async function loadMore(): Promise<void> {
    const isWanted = rest.value === 'more' || rest.value === 'failed';
    if (!isWanted || phase.value !== 'ready' || changesMeanwhile) return;
    rest.value = 'loading';
    await whileLatest(
      () => fetchImages(client, filter(), { count: PAGE_SIZE, after: cursor }),
      (page) => {
        if (isError(page)) {
          rest.value = 'failed';
          return;
        }
        const known = new Set(images.value.map((image) => image.key));
        images.value = [...images.value, ...page.images.filter((image) => !known.has(image.key))];
        endAt(page);
      },
    );
  }

  /** Fetches the loaded part again after a gap in the changes. A failure leaves what is there; the connection is shown elsewhere. */
  async function catchUp(): Promise<void> {
    if (phase.value === 'failed') return reload();
    isBehind = true;
    if (phase.value !== 'ready' || changesMeanwhile) return;
    isBehind = false;
    await whileLatest(
      () => fetchImages(client, filter(), { count: Math.max(images.value.length, PAGE_SIZE), after: null }),
      (run) => {
        if (isError(run)) return;
        putInPlace(run.images);
        endAt(run);
      },
    );
  }

  /** Takes over a newly fetched list; new images wait where showing them would move the view. */
  function putInPlace(fresh: readonly ImageTileFragment[]): void {
    const shown = new Set(images.value.map((image) => image.key));
    const news = fresh.filter((image) => !shown.has(image.key));
    if (mayShift(0) || news.length === 0) {
      images.value = fresh;
      arrivals.value = [];
      return;
    }
    const byKey = new Map(fresh.map((image) => [image.key, image]));
    images.value = images.value.flatMap((image) => byKey.get(image.key) ?? []);
    arrivals.value = news;
  }

  function apply(change: ImageChange): void {
    changesMeanwhile?.push(change);
    if (phase.value !== 'ready') return;
    arrivals.value = arrivals.value.filter((image) => change.key !== null && image.key !== change.key);
    const effect = effectOf(change);
    const mustWait = effect.kind === 'insert' && !mayShift(effect.index);
    if (mustWait) arrivals.value = [...arrivals.value, effect.image];
    else images.value = effect.images;
  }

  function effectOf(change: ImageChange): ListEffect {
    return applyChange({ ...filter(), images: images.value, hasMore: rest.value !== 'none' }, change);
  }

  function showArrivals(): void {
    const waiting = arrivals.value;
    arrivals.value = [];
    for (const image of waiting) images.value = effectOf({ kind: 'UPLOADED', key: image.key, image }).images;
  }

  function endAt({ pageInfo }: ImageRun): void {
    cursor = pageInfo.endCursor;
    rest.value = pageInfo.hasNextPage ? 'more' : 'none';
  }

  function fail(reason: CombinedError): void {
    images.value = [];
    rest.value = 'none';
    error.value = explainError(reason);
    phase.value = 'failed';
  }

  useImageChanges({ onChange: apply, onLive: () => void catchUp() });
  watch(
    () => JSON.stringify(filter()),
    () => void reload(),
    { immediate: true },
  );

  return { state, images, error, rest, arrivals, loadMore, reload, showArrivals };
}
