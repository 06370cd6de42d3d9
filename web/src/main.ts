import { createApp } from 'vue';
import urql from '@urql/vue';
import App from './App.vue';
import { Session } from './composables/access/session.ts';
import { closeSession, fetchViewer, openSession } from './composables/access/session-api.ts';
import { takeSignInCode } from './composables/access/sign-in-code.ts';
import { sessionKey } from './composables/access/use-session.ts';
import { Notices, noticesKey } from './composables/base/use-notices.ts';
import { ImageDeletions } from './composables/image/image-deletions.ts';
import { sendDeletion } from './composables/image/send-deletion.ts';
import { imageDeletionsKey } from './composables/image/use-image-deletions.ts';
import { ImageChanges } from './composables/live/image-changes.ts';
import { pauseBeforeReconnecting } from './composables/live/reconnect-pause.ts';
import { subscribeToChanges } from './composables/live/subscribe-to-changes.ts';
import { imageChangesKey } from './composables/live/use-image-changes.ts';
import { sendUpload } from './composables/upload/send-upload.ts';
import { examineFile } from './composables/upload/examine-file.ts';
import { keepQueue } from './composables/upload/keep-queue.ts';
import { rememberedPattern } from './composables/upload/remembered-pattern.ts';
import { UploadQueue } from './composables/upload/upload-queue.ts';
import { uploadQueueKey } from './composables/upload/use-uploads.ts';
import { createGraphqlClient } from './graphql/client.ts';
import { clientKey } from './graphql/use-client.ts';
import { createSocket, socketUrl } from './graphql/socket.ts';
import { createShoalRouter } from './router.ts';
import './style.css';

const UNDO_WITHIN_MS = 8000;

const session = new Session({ fetchViewer, openSession, closeSession });
const isKnown = session.start(takeSignInCode());
const socket = createSocket(socketUrl(location.href), { gate: session });
const client = createGraphqlClient(socket, session);
const changes = new ImageChanges({
  subscribe: subscribeToChanges(client, socket),
  pause: pauseBeforeReconnecting,
});
const queue = new UploadQueue({
  send: sendUpload(client),
  lanes: 3,
  examine: examineFile(client),
  pattern: rememberedPattern(),
  onStored: (image) => changes.publish({ kind: 'UPLOADED', key: image.key, image }),
});
const notices = new Notices();
const deletions = new ImageDeletions({
  send: sendDeletion(client),
  onDeleted: (key) => changes.publish({ kind: 'DELETED', key, image: null }),
  onKept: (text) => notices.say(text),
  delayMs: UNDO_WITHIN_MS,
});
changes.onChange((change) => deletions.take(change));

// Until it is known who is there, the page shows the bar of index.html.
void isKnown.then(() =>
  createApp(App)
    .use(createShoalRouter())
    .use(urql, client)
    .provide(sessionKey, session)
    .provide(clientKey, client)
    .provide(imageChangesKey, changes)
    .provide(uploadQueueKey, queue)
    .provide(imageDeletionsKey, deletions)
    .provide(noticesKey, notices)
    .mount('#app'),
);
changes.start();
void keepQueue(queue);
