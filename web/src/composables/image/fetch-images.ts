import type { Client, CombinedError } from '@urql/vue';
import {
  ImagesDocument,
  type ImageOrder,
  type ImagesQuery,
  type ImageTileFragment,
} from '../../graphql/generated/graphql.ts';

const LARGEST_PAGE_SIZE = 200;

/** Which images, and in which order. The api combines a prefix with the order KEY only. */
export interface GalleryFilter {
  readonly prefix: string;
  readonly order: ImageOrder;
}

/** A run of images and what lies behind it. */
export interface ImageRun {
  readonly images: readonly ImageTileFragment[];
  readonly pageInfo: ImagesQuery['images']['pageInfo'];
}

/**
 * Fetches up to `count` images behind a cursor (null is the beginning) from the api, never from the cache, in requests of at most 200.
 */
export async function fetchImages(
  client: Client,
  { prefix, order }: GalleryFilter,
  { count, after }: { count: number; after: string | null },
): Promise<ImageRun | CombinedError> {
  const images: ImageTileFragment[] = [];
  let cursor = after;
  for (let wanted = count; ; wanted -= LARGEST_PAGE_SIZE) {
    const first = Math.min(LARGEST_PAGE_SIZE, wanted);
    const variables = { first, after: cursor, order, prefix: prefix === '' ? null : prefix };
    const { data, error } = await client.query(ImagesDocument, variables, { requestPolicy: 'network-only' });
    if (!data) return error!;
    const { edges, pageInfo } = data.images;
    images.push(...edges.map((edge) => edge.node));
    if (wanted <= LARGEST_PAGE_SIZE || !pageInfo.hasNextPage) return { images, pageInfo };
    cursor = pageInfo.endCursor;
  }
}

export function isError(outcome: ImageRun | CombinedError): outcome is CombinedError {
  return 'graphQLErrors' in outcome;
}
