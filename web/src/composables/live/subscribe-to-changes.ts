import type { Client } from '@urql/vue';
import type { Client as SocketClient } from 'graphql-ws';
import { ImageChangedDocument } from '../../graphql/generated/graphql.ts';
import type { FullImageChange } from './image-changes.ts';
import type { Subscribe } from './keep-subscribed.ts';
import { openSubscription } from './open-subscription.ts';

/** Opens the `imageChanged` subscription. What changes reaches cached answers too. */
export function subscribeToChanges(client: Client, socket: SocketClient): Subscribe<FullImageChange> {
  return (sink) => {
    const stopListening = socket.on('connected', sink.onLive);
    return openSubscription(client, ImageChangedDocument, {
      onData: ({ imageChanged }) => sink.onValue(imageChanged),
      onEnd: () => {
        stopListening();
        sink.onEnd();
      },
    });
  };
}
