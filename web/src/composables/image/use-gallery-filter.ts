import {
  computed,
  onScopeDispose,
  shallowRef,
  watch,
  type ComputedRef,
  type Ref,
  type WritableComputedRef,
} from 'vue';
import { useRoute, useRouter } from 'vue-router';
import type { ImageOrder } from '../../graphql/generated/graphql.ts';
import { normaliseKey } from './image-key.ts';
import type { GalleryFilter } from './fetch-images.ts';

const TYPING_PAUSE_MS = 150;

export interface GalleryFilterInputs {
  /** What the address asks for. It stays while another page is open. */
  readonly filter: ComputedRef<GalleryFilter>;
  /** What is typed; the address follows after a short pause. */
  readonly prefix: Ref<string>;
  readonly order: WritableComputedRef<ImageOrder>;
}

/** The gallery's filter, kept in the address as `?prefix=` and `?order=key`. */
export function useGalleryFilter(): GalleryFilterInputs {
  const route = useRoute();
  const router = useRouter();
  const query = shallowRef(route.query);
  watch(
    () => route.query,
    (value) => {
      if (route.name === 'gallery') query.value = value;
    },
  );

  const filter = computed<GalleryFilter>(() => {
    const prefix = typeof query.value['prefix'] === 'string' ? normaliseKey(query.value['prefix']) : '';
    return { prefix, order: prefix !== '' || query.value['order'] === 'key' ? 'KEY' : 'NEWEST' };
  });

  function go(change: { prefix?: string | undefined; order?: string | undefined }): void {
    void router.replace({ name: 'gallery', query: { ...query.value, ...change } });
  }

  const prefix = shallowRef(filter.value.prefix);
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(prefix, (typed) => {
    clearTimeout(timer);
    if (normaliseKey(typed) === filter.value.prefix) return;
    timer = setTimeout(() => go({ prefix: typed || undefined }), TYPING_PAUSE_MS);
  });
  watch(
    () => filter.value.prefix,
    (asked) => {
      if (asked !== normaliseKey(prefix.value)) prefix.value = asked;
    },
  );
  onScopeDispose(() => clearTimeout(timer));

  const order = computed<ImageOrder>({
    get: () => filter.value.order,
    set: (value) => go({ order: value === 'KEY' ? 'key' : undefined }),
  });
  return { filter, prefix, order };
}
