import type { Cache, UpdatesConfig } from '@urql/exchange-graphcache';
import type {
  DeleteImageMutation,
  DeleteImageMutationVariables,
  ImageChangedSubscription,
  UploadImageMutation,
} from './generated/graphql.ts';

/** What mutations and changes mean for cached answers to `image(key)`. Lists keep themselves up to date. */
export const cacheUpdates: UpdatesConfig = {
  Mutation: {
    uploadImage: (result: UploadImageMutation, _variables, cache) => putImage(cache, result.uploadImage.key),
    deleteImage: (_result: DeleteImageMutation, { key }: DeleteImageMutationVariables, cache) => {
      cache.link('Query', 'image', { key }, null);
    },
  },
  Subscription: {
    imageChanged: ({ imageChanged: { kind, key } }: ImageChangedSubscription, _variables, cache) => {
      if (kind === 'ALL_DELETED') forgetImages(cache);
      else if (key !== null && kind === 'DELETED') cache.link('Query', 'image', { key }, null);
      else if (key !== null) putImage(cache, key);
    },
  },
};

function putImage(cache: Cache, key: string): void {
  cache.link('Query', 'image', { key }, { __typename: 'Image', key });
}

function forgetImages(cache: Cache): void {
  for (const { fieldName, arguments: args } of cache.inspectFields('Query')) {
    if (fieldName === 'image') cache.link('Query', 'image', args ?? {}, null);
  }
}
