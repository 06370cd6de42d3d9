import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OfferedUpload, UploadInbox, UploadTarget } from './upload-inbox.ts';

/** An inbox for one test, with a server that its URLs lead to. */
export interface InboxUnderTest {
  readonly inbox: UploadInbox;
  /** What paths are relative to. */
  readonly server: string;
  reopen(): Promise<UploadInbox>;
  remove(): Promise<void>;
}

/** The behaviour that every inbox must show. */
export function describeUploadInbox(name: string, make: () => Promise<InboxUnderTest>): void {
  describe(name, () => {
    let underTest: InboxUnderTest;
    let inbox: UploadInbox;
    beforeEach(async () => {
      underTest = await make();
      inbox = underTest.inbox;
    });
    afterEach(() => underTest.remove());

    function uploadOf(bytes: Buffer): OfferedUpload {
      return {
        id: uuidv7(),
        sizeBytes: bytes.length,
        contentType: 'image/png',
        sha256: createHash('sha256').update(bytes).digest('hex'),
        expiresAt: new Date(Date.now() + 60_000),
      };
    }

    async function send({ url, method, headers }: UploadTarget, bytes: Buffer): Promise<number> {
      const response = await fetch(new URL(url, underTest.server), {
        method,
        headers,
        body: Uint8Array.from(bytes),
      });
      await response.arrayBuffer();
      return response.status;
    }

    test('what is sent to the address that was offered has arrived, also after a restart', async () => {
      const bytes = randomBytes(300_000);
      const upload = uploadOf(bytes);
      const target = await inbox.offer(upload);
      expect(await inbox.open(upload.id)).toBeUndefined();
      expect(Math.floor((await send(target, bytes)) / 100)).toBe(2);
      for (const opened of [inbox, await underTest.reopen()]) {
        expect((await buffer((await opened.open(upload.id))!)).equals(bytes)).toBe(true);
      }
    });

    test('an address is good once', async () => {
      const bytes = randomBytes(1000);
      const target = await inbox.offer(uploadOf(bytes));
      await send(target, bytes);
      expect(await send(target, bytes)).toBeGreaterThanOrEqual(409);
    });

    test('what is removed is gone, and what is not there is no error', async () => {
      const bytes = randomBytes(1000);
      const upload = uploadOf(bytes);
      await send(await inbox.offer(upload), bytes);
      await inbox.remove(upload.id);
      await inbox.remove(upload.id);
      expect(await inbox.open(upload.id)).toBeUndefined();
    });

    test('what nobody has fetched is swept by its age', async () => {
      const bytes = randomBytes(1000);
      const upload = uploadOf(bytes);
      await send(await inbox.offer(upload), bytes);
      await inbox.sweep(new Date(Date.now() - 60_000));
      const stays = await inbox.open(upload.id);
      expect(stays).toBeDefined();
      stays?.destroy();
      await inbox.sweep(new Date(Date.now() + 60_000));
      expect(await inbox.open(upload.id)).toBeUndefined();
    });
  });
}
