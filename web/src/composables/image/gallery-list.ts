import type { ImageChangeKind, ImageOrder, ImageTileFragment } from '../../graphql/generated/graphql.ts';
import { compareKeys } from './image-key.ts';

/** What happened to the images, as the subscription or this page's own mutations tell it. */
export interface ImageChange<Picture extends ImageTileFragment = ImageTileFragment> {
  readonly kind: ImageChangeKind;
  /** Null when all images were deleted. */
  readonly key: string | null;
  /** Null when the key was deleted. */
  readonly image: Picture | null;
}

/** The part of the images that a gallery has loaded: a run from the list's beginning. */
export interface GalleryList {
  readonly images: readonly ImageTileFragment[];
  readonly order: ImageOrder;
  /** Empty for all keys. */
  readonly prefix: string;
  /** Whether the api has more behind the last one. */
  readonly hasMore: boolean;
}

/**
 * What a change means for a loaded list: `none` (nothing to see), `inPlace` (the same pictures in the same places, one with a new version),
 * `remove` or `insert`, with the images as they are then.
 */
export type ListEffect =
  | { readonly kind: 'none' | 'inPlace' | 'remove'; readonly images: readonly ImageTileFragment[] }
  | {
      readonly kind: 'insert';
      readonly images: readonly ImageTileFragment[];
      readonly image: ImageTileFragment;
      readonly index: number;
    };

/** Applies a change to a loaded list. Older versions than the known one are ignored: versions are UUIDv7, which sort by time. */
export function applyChange(list: GalleryList, change: ImageChange): ListEffect {
  const { images } = list;
  if (change.kind === 'ALL_DELETED') return { kind: images.length > 0 ? 'remove' : 'none', images: [] };
  const place = images.findIndex((image) => image.key === change.key);
  if (change.image === null) {
    if (place < 0) return { kind: 'none', images };
    return { kind: 'remove', images: images.toSpliced(place, 1) };
  }
  if (place >= 0) {
    if (images[place]!.version >= change.image.version) return { kind: 'none', images };
    return { kind: 'inPlace', images: images.with(place, change.image) };
  }
  return insert(list, change.image);
}

function insert(list: GalleryList, image: ImageTileFragment): ListEffect {
  const { images, order, prefix, hasMore } = list;
  if (!image.key.startsWith(prefix)) return { kind: 'none', images };
  const behind = images.findIndex((other) =>
    order === 'NEWEST' ? other.version < image.version : compareKeys(other.key, image.key) > 0,
  );
  // Behind the last loaded one it will come with its page, unless there is no further page.
  if (behind < 0 && hasMore) return { kind: 'none', images };
  const index = behind < 0 ? images.length : behind;
  return { kind: 'insert', images: images.toSpliced(index, 0, image), image, index };
}
