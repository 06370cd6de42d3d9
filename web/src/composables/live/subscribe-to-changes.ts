import type { Client } from '@urql/vue';
import type { Client as SocketClient } from 'graphql-ws';
import { onEnd, pipe, subscribe, takeWhile } from 'wonka';
import { ImageChangedDocument } from '../../graphql/generated/graphql.ts';
import type { SubscribeToChanges } from './image-changes.ts';

/** Opens the `imageChanged` subscription by way of the normalising client, so that what changes reaches cached answers too. */
export function subscribeToChanges(client: Client, socket: SocketClient): SubscribeToChanges {
  return (sink) => {
    const stopListening = socket.on('connected', sink.onLive);
    const { unsubscribe } = pipe(
      client.subscription(ImageChangedDocument, {}),
      // After an error the client would keep the dead subscription open.
      takeWhile((result) => result.error === undefined),
      onEnd(() => {
        stopListening();
        sink.onEnd();
      }),
      subscribe((result) => {
        if (result.data) sink.onChange(result.data.imageChanged);
      }),
    );
    return unsubscribe;
  };
}
