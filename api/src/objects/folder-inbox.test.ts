import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';
import { uuidv7 } from 'uuidv7';
import { expect, onTestFinished, test } from 'vitest';
import { serveUploads } from '../http/upload-route.ts';
import { UploadPace } from '../images/upload-pace.ts';
import { openFolderInbox } from './folder-inbox.ts';
import { openStaging } from './staging.ts';
import { describeUploadInbox } from './upload-inbox.suite.ts';

describeUploadInbox('A folder as inbox', makeInbox);

const bytes = randomBytes(200_000);

test('only the address that was offered is taken, and only until it expires', async () => {
  const { send, offer, setTime, folder } = await openInbox();
  const { url } = await offer();
  expect((await send(url.replace(/signature=../, 'signature=00'))).status).toBe(403);
  expect((await send(url.replace(/expires=\d+/, `expires=${Date.now() + 1e9}`))).status).toBe(403);
  expect((await send(url.replace(/\/uploads\/[^?]+/, `/uploads/${uuidv7()}`))).status).toBe(403);
  expect((await send(url.replace(/\/uploads\/[^?]+/, '/uploads/..%2Fnode'))).status).toBe(403);
  expect((await send(url.replace(/\?.*/, ''))).status).toBe(400);
  setTime(Date.now() + 3_600_000);
  const expired = await send(url);
  expect(expired.status).toBe(403);
  expect(await expired.json()).toMatchObject({
    detail: 'The address of this upload has expired. Begin again with createUpload.',
  });
  expect(await readdir(join(folder, 'staging'))).toEqual([]);
});

test('other bytes than were announced are refused, and the right ones taken afterwards', async () => {
  const { inbox, send, offer, folder } = await openInbox();
  const { id, url } = await offer();
  expect((await send(url, randomBytes(bytes.length))).status).toBe(400);
  expect((await send(url, randomBytes(100))).status).toBe(400);
  expect((await send(url, randomBytes(bytes.length + 1))).status).toBe(400);
  expect(await inbox.open(id)).toBeUndefined();
  expect((await send(url)).status).toBe(204);
  expect(await readdir(join(folder, 'staging'))).toEqual([]);
});

test('a request that breaks off leaves nothing', async () => {
  const { inbox, server, offer, folder } = await openInbox();
  const { id, url } = await offer();
  const sending = request(new URL(url, server), {
    method: 'PUT',
    headers: { 'content-length': bytes.length },
  });
  sending.on('error', () => undefined);
  sending.write(bytes.subarray(0, 50_000));
  const staging = join(folder, 'staging');
  await expect.poll(() => readdir(staging), { timeout: 15_000 }).toHaveLength(1);
  sending.destroy();
  await expect.poll(() => readdir(staging), { timeout: 15_000 }).toEqual([]);
  expect(await inbox.open(id)).toBeUndefined();
});

async function openInbox() {
  let time: number | undefined;
  const made = await makeInbox(() => time ?? Date.now());
  onTestFinished(() => made.remove());
  return {
    ...made,
    setTime: (now: number) => (time = now),
    offer: async () => {
      const id = uuidv7();
      const target = await made.inbox.offer({
        id,
        sizeBytes: bytes.length,
        contentType: 'image/png',
        sha256: createHash('sha256').update(bytes).digest('hex'),
        expiresAt: new Date(Date.now() + 60_000),
      });
      return { id, ...target };
    },
    send: (url: string, body = bytes) =>
      fetch(new URL(url, made.server), { method: 'PUT', body: Uint8Array.from(body) }),
  };
}

async function makeInbox(now: () => number = Date.now) {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-inbox-'));
  const staging = await openStaging({ folder: join(folder, 'staging') });
  const open = () => openFolderInbox({ folder: join(folder, 'uploads'), staging, now });
  const inbox = await open();
  const fastify = Fastify();
  await serveUploads(fastify, inbox, () => 'an id', new UploadPace({ perMinute: 1000, clock: () => 0 }));
  const server = await fastify.listen({ host: '127.0.0.1', port: 0 });
  return {
    inbox,
    server,
    folder,
    reopen: open,
    remove: async () => {
      await fastify.close();
      await rm(folder, { recursive: true });
    },
  };
}
