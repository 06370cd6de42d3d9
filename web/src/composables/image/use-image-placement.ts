import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import { ImagePlacementDocument, type ImagePlacementQuery } from '../../graphql/generated/graphql.ts';
import { useClient } from '../../graphql/use-client.ts';

/** What a node holds changes without a word: it is asked again after this long. */
const EVERY_MS = 3000;

export type ImagePlacement = NonNullable<ImagePlacementQuery['image']>['placement'];

/** In which nodes the image is now, asked every few seconds while the page is in view. Undefined while that is not known. */
export function useImagePlacement(
  image: () => { readonly key: string; readonly version: string },
): Readonly<ShallowRef<ImagePlacement | undefined>> {
  const client = useClient();
  const placement = shallowRef<ImagePlacement>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Goes up when what is on its way becomes obsolete. */
  let latest = 0;

  async function ask(): Promise<void> {
    clearTimeout(timer);
    const own = ++latest;
    if (!document.hidden) {
      const { key } = image();
      const { data } = await client.query(ImagePlacementDocument, { key }, { requestPolicy: 'network-only' });
      if (own !== latest) return;
      placement.value = data?.image?.placement;
    }
    timer = setTimeout(() => void ask(), EVERY_MS);
  }

  watch(
    () => image().version,
    () => void ask(),
    { immediate: true },
  );
  onScopeDispose(() => {
    latest++;
    clearTimeout(timer);
  });
  return placement;
}
