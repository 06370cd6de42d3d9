import { join } from 'node:path';
import type { Config } from './config.ts';
import { openFilesystemStore } from './objects/filesystem.ts';
import { openFolderInbox, type ReceivingInbox } from './objects/folder-inbox.ts';
import type { ObjectStore } from './objects/object-store.ts';
import type { Staging } from './objects/staging.ts';
import type { UploadInbox } from './objects/upload-inbox.ts';
import type { Stops } from './stops.ts';

export interface Objects {
  readonly objects: ObjectStore;
  readonly inbox: UploadInbox;
  /** The inbox, where bytes come to this process. */
  readonly receivingInbox?: ReceivingInbox;
}

/**
 * Objects and what is sent straight to them: in the bucket that is set, or in a folder.
 * @throws ShoalError UNAVAILABLE
 */
export async function openObjects(config: Config, staging: Staging, stops: Stops): Promise<Objects> {
  const { S3_BUCKET: bucket, S3_PREFIX: prefix, AWS_REGION: region, AWS_ENDPOINT_URL: endpoint } = config;
  const { DATA_DIR: folder } = config;
  if (bucket === undefined) {
    const objects = await openFilesystemStore({ folder: join(folder, 'objects') });
    const inbox = await openFolderInbox({ folder: join(folder, 'uploads'), staging, now: Date.now });
    return { objects, inbox, receivingInbox: inbox };
  }
  // The SDK is loaded only where it is used: it would make every start slower.
  const { openS3Store } = await import('./objects/s3.ts');
  const { openS3Inbox } = await import('./objects/s3-inbox.ts');
  const objects = await openS3Store({ bucket, prefix, region, endpoint });
  stops.add(() => objects.close());
  const inbox = openS3Inbox({ bucket, prefix, region, endpoint }, Date.now);
  stops.add(() => inbox.close());
  return { objects, inbox };
}
