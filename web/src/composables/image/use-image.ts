import { useQuery } from '@urql/vue';
import { computed, shallowRef, watch, type ComputedRef } from 'vue';
import { explainError } from '../../graphql/explain-error.ts';
import { ImageDocument, type ImageFactsFragment } from '../../graphql/generated/graphql.ts';
import { useImageChanges } from '../live/use-image-changes.ts';

/** `missing`: there never was one, as far as this page knows; `deleted`: it was shown here before. */
export type ImageState = 'loading' | 'ready' | 'missing' | 'deleted' | 'failed';

export interface ImageRequest {
  readonly state: ComputedRef<ImageState>;
  readonly image: ComputedRef<ImageFactsFragment | undefined>;
  readonly error: ComputedRef<string>;
  reload(): void;
}

/** The image under a key, kept up to date while it is looked at. */
export function useImage(key: () => string): ImageRequest {
  const query = useQuery({
    query: ImageDocument,
    variables: computed(() => ({ key: key() })),
    requestPolicy: 'cache-and-network',
  });
  const image = computed(() => query.data.value?.image ?? undefined);
  const seenKey = shallowRef<string>();
  watch(image, (value) => value && (seenKey.value = value.key), { immediate: true });

  const state = computed<ImageState>(() => {
    if (image.value?.key === key()) return 'ready';
    if (query.error.value) return 'failed';
    if (query.data.value?.image !== null || query.fetching.value) return 'loading';
    return seenKey.value === key() ? 'deleted' : 'missing';
  });

  const reload = (): void => void query.executeQuery({ requestPolicy: 'network-only' });
  useImageChanges({ onLive: reload });

  return {
    state,
    image,
    error: computed(() => (query.error.value ? explainError(query.error.value) : '')),
    reload,
  };
}
