import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WORKER_COMMAND } from '../../../test/decoding-workers.ts';
import {
  makeAvifGrid,
  makeGifBomb,
  makePngBomb,
  makePngCommentBomb,
} from '../../../test/hostile-pictures.ts';
import { makePicture } from '../../../test/pictures.ts';
import { DecodingPool } from './decoding-pool.ts';

const LIMITS = { cpuSeconds: 4, memoryBytes: 2 ** 30 };
const MAX_PIXELS = 100_000_000;
const DAMAGED = "The picture can't be decoded: the file is damaged or incomplete. Send it again.";
const UNKNOWN = 'The file is no picture of a known type. Send a JPEG, PNG, GIF, WebP or AVIF picture.';
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';

let folder: string;
let pool: DecodingPool;
const lost: Error[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-hostile-'));
  pool = new DecodingPool({
    command: WORKER_COMMAND,
    atOnce: 1,
    maxWaiting: 0,
    limits: LIMITS,
    clock: () => performance.now(),
    onWorkerLost: (error) => lost.push(error),
  });
  await inspect(await makePicture('png'));
});
afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true });
});

test.each<[string, () => Buffer | Promise<Buffer>, string, string]>([
  [
    'a PNG of 16,000 x 16,000 pixels in 751 kB',
    () => makePngBomb(16_000, 16_000),
    'PAYLOAD_TOO_LARGE',
    'The picture has 16000 x 16000 pixels. The limit is 100000000 pixels in all. Send a smaller one.',
  ],
  [
    'a GIF with 10,000 frames',
    () => makeGifBomb(10_000, 100, 100),
    'PAYLOAD_TOO_LARGE',
    'The picture has 10000 frames. The limit is 4000. Send a shorter one.',
  ],
  [
    'a GIF of large frames',
    () => makeGifBomb(3_000, 200, 200),
    'PAYLOAD_TOO_LARGE',
    expect.stringContaining('200 x 200 pixels in 3000 frames'),
  ],
  [
    'an AVIF of 65,280 tiles',
    () => makeAvifGrid({ columns: 256, rows: 255, width: 8_192, height: 8_160 }, 32),
    'BAD_USER_INPUT',
    DAMAGED,
  ],
  [
    'an AVIF whose tiles do not cover it',
    () => makeAvifGrid({ columns: 2, rows: 2, width: 9_000, height: 9_000 }),
    'BAD_USER_INPUT',
    DAMAGED,
  ],
  [
    'an AVIF that lacks most of its tiles',
    () => makeAvifGrid({ columns: 16, rows: 16, width: 1_024, height: 1_024, tiles: 1 }),
    'BAD_USER_INPUT',
    DAMAGED,
  ],
  [
    'an AVIF that is larger than it says',
    () => makeAvifGrid({ columns: 2, rows: 2, width: 60_000, height: 60_000, shownWidth: 9, shownHeight: 9 }),
    'BAD_USER_INPUT',
    DAMAGED,
  ],
  [
    'an AVIF without any size',
    () => makeAvifGrid({ columns: 1, rows: 1, width: 0, height: 0 }),
    'BAD_USER_INPUT',
    DAMAGED,
  ],
  [
    'a JPEG without an end',
    async () => (await makePicture('jpeg')).subarray(0, 900),
    'BAD_USER_INPUT',
    DAMAGED,
  ],
  ['zero bytes', () => Buffer.alloc(1_000), 'UNSUPPORTED_MEDIA_TYPE', UNKNOWN],
  ['nothing', () => Buffer.alloc(0), 'UNSUPPORTED_MEDIA_TYPE', UNKNOWN],
  [
    'HTML with the name of a picture',
    () => Buffer.from('<!doctype html><script>alert(1)</script>'),
    'UNSUPPORTED_MEDIA_TYPE',
    'The file is an HTML page. Send a JPEG, PNG, GIF, WebP or AVIF picture.',
  ],
  [
    'SVG with a script',
    () => Buffer.from(SVG),
    'UNSUPPORTED_MEDIA_TYPE',
    'The file is an SVG drawing. Send a JPEG, PNG, GIF, WebP or AVIF picture.',
  ],
  [
    'a GIF that is a script as well',
    () => Buffer.from('GIF89a/*\0\0\0*/=1;alert(1)//'),
    'BAD_USER_INPUT',
    DAMAGED,
  ],
  [
    'a PDF with a picture in it',
    async () => Buffer.concat([Buffer.from('%PDF-1.7\n'), await makePicture('jpeg')]),
    'UNSUPPORTED_MEDIA_TYPE',
    'The file is a PDF document. Send a JPEG, PNG, GIF, WebP or AVIF picture.',
  ],
  [
    'a HEIC picture',
    () => Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
    'UNSUPPORTED_MEDIA_TYPE',
    'The file is a HEIC picture. Send a JPEG, PNG, GIF, WebP or AVIF picture.',
  ],
])('%s is refused at once', async (_name, make, code, message) => {
  const bytes = await make();
  const startedAt = performance.now();
  await expect(inspect(bytes)).rejects.toMatchObject({ code, message });
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect(lost).toEqual([]);
});

test.each<[string, () => Promise<Buffer>]>([
  ['a comment that unpacks to a gigabyte', () => makePngCommentBomb(2 ** 30)],
  [
    'a page of HTML behind its end',
    async () =>
      Buffer.concat([await makePicture('png'), Buffer.from('<!doctype html><script>alert(1)</script>')]),
  ],
])('a picture with %s is a picture, and nothing else is looked at', async (_name, make) => {
  expect(await inspect(await make())).toMatchObject({ contentType: 'image/png', width: 120 });
});

test('an AVIF of tiles is a picture if they fit', async () => {
  const grid = await makeAvifGrid({ columns: 2, rows: 2, width: 128, height: 128 });
  expect(await inspect(grid)).toMatchObject({ contentType: 'image/avif', width: 128, height: 128 });
  expect(await pool.render(grid, { width: 64, format: 'original' })).toMatchObject({
    contentType: 'image/avif',
  });
});

async function inspect(bytes: Buffer) {
  const path = join(folder, 'page.png');
  await writeFile(path, bytes);
  return await pool.inspect(path, { maxPixels: MAX_PIXELS });
}
