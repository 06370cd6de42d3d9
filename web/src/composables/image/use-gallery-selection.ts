import { computed, onDeactivated, shallowRef, type ComputedRef } from 'vue';
import type { ImageTileFragment } from '../../graphql/generated/graphql.ts';
import { useSession } from '../access/use-session.ts';
import { copyText } from '../base/copy-text.ts';
import { useNotices } from '../base/use-notices.ts';
import { useImageChanges } from '../live/use-image-changes.ts';
import { ImageSelection } from './image-selection.ts';
import { plainUrl } from './image-urls.ts';
import { useImageDeletions } from './use-image-deletions.ts';

export interface GallerySelection {
  readonly selection: ImageSelection;
  /** Whether a click on a picture selects it. */
  readonly isSelecting: ComputedRef<boolean>;
  begin(): void;
  close(): void;
  /** Copies the addresses of the newest versions of what is selected, one a line, in the gallery's order. */
  copyUrls(): Promise<void>;
  /** Whether who is signed in may delete. */
  readonly mayDelete: ComputedRef<boolean>;
  /** Deletes images, which can be taken back for a while. */
  remove(keys: readonly string[]): void;
}

/** What is selected of the gallery's images, and what can be done with it. */
export function useGallerySelection(images: () => readonly ImageTileFragment[]): GallerySelection {
  const notices = useNotices();
  const deletions = useImageDeletions();
  const session = useSession();
  const refusal = computed(() => session.refusal('EDITOR', 'delete images'));
  const mayDelete = computed(() => refusal.value === undefined);
  const selection = new ImageSelection();
  const hasBegun = shallowRef(false);
  const isSelecting = computed(() => hasBegun.value || selection.keys.size > 0);

  function close(): void {
    hasBegun.value = false;
    selection.clear();
  }

  async function copyUrls(): Promise<void> {
    const urls = images()
      .filter(({ key }) => selection.keys.has(key))
      .map((image) => plainUrl(image.url, location.href));
    const what = urls.length === 1 ? '1 URL' : `${urls.length} URLs`;
    const isDone = await copyText(urls.join('\n'));
    notices.say(isDone ? `${what} copied.` : 'The browser does not let this page copy.');
  }

  function remove(keys: readonly string[]): void {
    if (refusal.value) {
      notices.say(refusal.value);
      return;
    }
    const wanted = new Set(keys);
    deletions.schedule(images().filter(({ key }) => wanted.has(key)));
    close();
  }

  useImageChanges({
    onChange: ({ kind, key, image }) => {
      if (kind === 'ALL_DELETED') close();
      else if (image === null && key !== null) selection.forget(key);
    },
  });
  onDeactivated(close);
  const begin = (): boolean => (hasBegun.value = true);
  return { selection, isSelecting, begin, close, copyUrls, mayDelete, remove };
}
