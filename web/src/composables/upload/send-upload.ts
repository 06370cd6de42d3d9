import type { Client } from '@urql/vue';
import { codeOf, explainError } from '../../graphql/explain-error.ts';
import {
  ImageDocument,
  UploadImageDocument,
  type ImageFactsFragment,
} from '../../graphql/generated/graphql.ts';
import type { SendUpload } from './upload.ts';
import { xhrFetch } from './xhr-fetch.ts';

/** Refusals that another attempt with the same file would meet again. */
const finalCodes = ['BAD_USER_INPUT', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'];

/** Sends by the `uploadImage` mutation. Asks for an existing image first, which spares sending bytes that would only meet a CONFLICT. */
export function sendUpload(client: Client): SendUpload {
  return async ({ key, file, overwrite, content }, { signal, onProgress }) => {
    const existing = overwrite ? undefined : await findImage(client, key);
    // An answer that was lost with a reload leaves the very picture there.
    if (existing && existing.sha256 === content?.sha256) return { kind: 'stored', image: existing };
    if (existing) return { kind: 'conflict', existing };

    const variables = { input: { key, file, overwrite } };
    const { data, error } = await client.mutation(UploadImageDocument, variables, {
      fetch: xhrFetch({ signal, onProgress }),
    });
    if (data) return { kind: 'stored', image: data.uploadImage };

    const code = error && codeOf(error);
    if (code === 'CONFLICT') return { kind: 'conflict', existing: await findImage(client, key) };
    return {
      kind: 'failed',
      message: error ? explainError(error) : 'The server gave no answer.',
      canRetry: code === undefined || !finalCodes.includes(code),
    };
  };
}

/** A failure here is none: the upload itself will tell. */
async function findImage(client: Client, key: string): Promise<ImageFactsFragment | undefined> {
  const { data } = await client.query(ImageDocument, { key }, { requestPolicy: 'network-only' });
  return data?.image ?? undefined;
}
