import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openStaging, type Staging } from './staging.ts';

const MEBIBYTE = 2 ** 20;

let folder: string;
let staging: Staging;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-staging-'));
  staging = await openStaging({ folder });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a stream becomes a file with its size and checksum', async () => {
  const bytes = randomBytes(3 * MEBIBYTE);
  const staged = await staging.stage(Readable.from(slices(bytes)), { maxBytes: bytes.length });
  expect(staged).toMatchObject({
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });
  expect((await readFile(staged.path)).equals(bytes)).toBe(true);
  await staging.discard(staged);
  await staging.discard(staged);
  expect(await readdir(folder)).toEqual([]);
});

test('what a crash left is removed when the folder is opened', async () => {
  await writeFile(join(folder, 'left'), 'half a picture');
  await openStaging({ folder });
  expect(await readdir(folder)).toEqual([]);
});

test('a file over the limit is refused as soon as the limit is passed', async () => {
  let readBytes = 0;
  const endless = Readable.from(
    (function* () {
      for (;;) {
        readBytes += 64 * 1024;
        yield Buffer.alloc(64 * 1024);
      }
    })(),
    { objectMode: false, highWaterMark: 64 * 1024 },
  );
  await expect(staging.stage(endless, { maxBytes: MEBIBYTE })).rejects.toMatchObject({
    code: 'PAYLOAD_TOO_LARGE',
    message: 'The file is larger than the limit of 1 MiB. Send a smaller one.',
  });
  expect(readBytes).toBeLessThan(1.5 * MEBIBYTE);
  expect(endless.destroyed).toBe(true);
  expect(await readdir(folder)).toEqual([]);
});

test("the sender's own limit has the same code", async () => {
  const stream = new PassThrough();
  const staged = staging.stage(stream, { maxBytes: MEBIBYTE });
  stream.destroy(Object.assign(new Error('File truncated'), { status: 413 }));
  await expect(staged).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
});

test('an empty file is bad input', async () => {
  await expect(staging.stage(Readable.from([]), { maxBytes: 1 })).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
    message: 'The file is empty. Choose a picture with content.',
  });
  expect(await readdir(folder)).toEqual([]);
});

test('a stream that breaks off leaves nothing', async () => {
  const stream = new PassThrough();
  const staged = staging.stage(stream, { maxBytes: MEBIBYTE });
  const refused = expect(staged).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  stream.write(randomBytes(1000));
  await vi.waitFor(async () => expect(await readdir(folder)).toHaveLength(1));
  stream.destroy(new Error('connection reset'));
  await refused;
  expect(await readdir(folder)).toEqual([]);
});

test('a stream that was destroyed before leaves nothing', async () => {
  const stream = new PassThrough();
  stream.destroy();
  await expect(staging.stage(stream, { maxBytes: 1 })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  expect(await readdir(folder)).toEqual([]);
});

test.each(['before', 'in the middle'])('an upload aborted %s leaves nothing', async (when) => {
  const controller = new AbortController();
  const stream = new PassThrough();
  if (when === 'before') controller.abort();
  const staged = staging.stage(stream, { maxBytes: MEBIBYTE, signal: controller.signal });
  const refused = expect(staged).rejects.toMatchObject({ message: 'The upload was aborted.' });
  stream.write(randomBytes(1000));
  if (when === 'in the middle') {
    await vi.waitFor(async () => expect(await readdir(folder)).toHaveLength(1));
    controller.abort();
  }
  await refused;
  expect(stream.destroyed).toBe(true);
  expect(await readdir(folder)).toEqual([]);
});

test('a disk that refuses is UNAVAILABLE, and the message holds no path', async () => {
  await rm(folder, { recursive: true });
  const refusal = {
    code: 'UNAVAILABLE',
    message: "The folder that holds the images can't be read or written.",
  };
  await expect(staging.stage(Readable.from(['bytes']), { maxBytes: 9 })).rejects.toMatchObject(refusal);
  await writeFile(folder, '');
  await expect(openStaging({ folder: join(folder, 'below') })).rejects.toMatchObject(refusal);
});

test('a source that is a file with a fault of its own is not taken for a fault of the disk', async () => {
  await mkdir(join(folder, 'folder'));
  const unreadable = createReadStream(join(folder, 'folder'));
  await expect(staging.stage(unreadable, { maxBytes: 9 })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
});

function* slices(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
}
