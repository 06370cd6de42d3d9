import type { Client } from '@urql/vue';
import { ImagesBySha256Document } from '../../graphql/generated/graphql.ts';
import type { UploadContent } from './upload.ts';

/**
 * Says whether an image with a file's very bytes is stored already. Undefined where the browser can't tell, as it does outside of a
 * secure context: nothing depends on it.
 */
export function examineFile(client: Client): (file: File) => Promise<UploadContent | undefined> {
  return async (file) => {
    if (!globalThis.isSecureContext) return undefined;
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
    const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    const { data } = await client.query(
      ImagesBySha256Document,
      { sha256: [sha256] },
      { requestPolicy: 'network-only' },
    );
    return { sha256, storedAs: data?.imagesBySha256[0]?.key };
  };
}
