import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeAvifGrid, makeGifBomb, makePngBomb } from '../api/test/hostile-pictures.ts';
import { upload, uploaded } from './client.ts';
import { makePicture } from './pictures.ts';
import { startSystem, type System } from './system.ts';

const MAX_API_MIB = 600;

let system: System;
beforeAll(async () => {
  system = await startSystem({ environment: { DECODING_AT_ONCE: '1', DECODING_QUEUE: '6' } });
});
afterAll(() => system.stop());

it('pictures that are made to do harm are refused, several at once, and the api stays small', async () => {
  const { bytes } = await makePicture({ name: 'a.png' });
  const pictures = [
    makePngBomb(16_000, 16_000),
    makeGifBomb(10_000, 100, 100),
    await makeAvifGrid({ columns: 256, rows: 255, width: 8_192, height: 8_160 }, 32),
    bytes.subarray(0, bytes.length / 2),
    Buffer.from('<!doctype html><script>alert(1)</script>'),
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
  ];
  const startedAt = performance.now();
  const answers = await Promise.all(
    pictures.map((picture, index) => upload(system.url, `bad-${index}`, picture)),
  );
  // All of them one after the other in one process.
  expect(performance.now() - startedAt).toBeLessThan(pictures.length * 5_000);
  expect(answers.map(({ errors }) => errors?.[0]?.extensions.code)).toEqual([
    'PAYLOAD_TOO_LARGE',
    'PAYLOAD_TOO_LARGE',
    'BAD_USER_INPUT',
    'BAD_USER_INPUT',
    'UNSUPPORTED_MEDIA_TYPE',
    'UNSUPPORTED_MEDIA_TYPE',
  ]);
  expect(highestMiB(system)).toBeLessThan(MAX_API_MIB);
  await uploaded(system.url, 'good', bytes);
});

it('what is a picture and a page as well is never served as a page', async () => {
  const page = Buffer.from('<!doctype html><script>alert(1)</script>');
  const { bytes } = await makePicture({ name: 'b.png' });
  const { url } = await uploaded(system.url, 'both', Buffer.concat([bytes, page]));
  const { headers } = await fetch(system.url + url);
  expect(headers.get('content-type')).toBe('image/png');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});

it('uploads that are too many at once are told when to come back', async () => {
  const picture = makePngBomb(9_000, 9_000);
  const answers = await Promise.all(
    Array.from({ length: 16 }, (_, index) => upload(system.url, `many-${index}`, picture)),
  );
  const refused = answers.filter(({ status }) => status === 429);
  expect(answers.length - refused.length).toBeGreaterThanOrEqual(7);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]!.errors).toMatchObject([
    { extensions: { code: 'TOO_BUSY', retryAfterSeconds: expect.any(Number) } },
  ]);
  expect(highestMiB(system)).toBeLessThan(MAX_API_MIB);
});

/** The most memory that the api has ever had. */
function highestMiB({ api }: System): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${api.pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}
