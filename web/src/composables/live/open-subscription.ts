import type { Client, TypedDocumentNode } from '@urql/vue';
import { onEnd, pipe, subscribe, takeWhile } from 'wonka';

/** Opens a subscription without variables by way of the normalising client; it ends at its first error. Returns the way to end it. */
export function openSubscription<Data>(
  client: Client,
  document: TypedDocumentNode<Data, Record<string, never>>,
  sink: { readonly onData: (data: Data) => void; readonly onEnd: () => void },
): () => void {
  const { unsubscribe } = pipe(
    client.subscription(document, {}),
    // After an error the client would keep the dead subscription open.
    takeWhile((result) => result.error === undefined),
    onEnd(sink.onEnd),
    subscribe((result) => {
      if (result.data) sink.onData(result.data);
    }),
  );
  return unsubscribe;
}
