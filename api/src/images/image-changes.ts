import type { ImageRow } from './image-row.ts';

/** One thing that happened to the images. */
export type ImageChange =
  | { readonly kind: 'UPLOADED' | 'REPLACED'; readonly key: string; readonly image: ImageRow }
  | { readonly kind: 'DELETED'; readonly key: string; readonly image?: undefined }
  | { readonly kind: 'ALL_DELETED'; readonly key?: undefined; readonly image?: undefined };

export type ImageChangeListener = (change: ImageChange) => void;
