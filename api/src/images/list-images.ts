import type { ImagePosition } from './image-cursor.ts';
import type { ImageRow } from './image-row.ts';

/** Which page of the list: at most `first` images behind `after`, which is a key in a list by key and a version in one by newest. */
export interface PageRequest {
  readonly first: number;
  readonly after?: ImagePosition | undefined;
  /** Only keys that begin with this; not with NEWEST. */
  readonly prefix?: string | undefined;
  readonly order: 'KEY' | 'NEWEST';
}

export interface ImagePage {
  readonly images: ImageRow[];
  readonly hasNextPage: boolean;
}
