import type { Client } from '@urql/vue';
import { explainError } from '../../graphql/explain-error.ts';
import { DeleteImageDocument } from '../../graphql/generated/graphql.ts';

/** Deletes by the `deleteImage` mutation. Resolves with the reason why it could not. */
export function sendDeletion(client: Client): (key: string) => Promise<string | undefined> {
  return async (key) => {
    const { error } = await client.mutation(DeleteImageDocument, { key });
    return error ? explainError(error) : undefined;
  };
}
