import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { thumbHashToAverageRGBA, thumbHashToApproximateAspectRatio } from 'thumbhash';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePngBomb } from '../../../test/hostile-pictures.ts';
import { makeAnimation, makePicture, type Photo, PHOTO_SIZES, readPhoto } from '../../../test/pictures.ts';
import { inspectImage } from './inspect-image.ts';

const MANY_PIXELS = 100_000_000;
const FORMATS = ['jpeg', 'png', 'gif', 'webp', 'avif'] as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-inspect-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('An accepted picture', () => {
  test.each(FORMATS)('of type %s is known by its bytes', async (format) => {
    expect(await inspect(await makePicture(format))).toMatchObject({
      contentType: `image/${format}`,
      width: 120,
      height: 80,
    });
  });

  test.each(Object.keys(PHOTO_SIZES) as Photo[])('%s is measured as it is shown', async (photo) => {
    const picture = await inspect(await readPhoto(photo));
    expect(picture).toMatchObject(PHOTO_SIZES[photo]);
    const hash = Buffer.from(picture.thumbHash, 'base64');
    expect(hash.length).toBeLessThan(36);
    const ratio = PHOTO_SIZES[photo].width / PHOTO_SIZES[photo].height;
    expect(Math.abs(thumbHashToApproximateAspectRatio(hash) - ratio)).toBeLessThan(0.3);
  });

  test('has a placeholder that is turned with it', async () => {
    const hashes = await Promise.all(
      ([1, 3, 6, 8] as const).map(async (orientation) => {
        const photo = await readPhoto(`exif-orientation-${orientation}.jpg`);
        return thumbHashToAverageRGBA(Buffer.from((await inspect(photo)).thumbHash, 'base64'));
      }),
    );
    for (const { r, g, b } of hashes) {
      expect(r).toBeCloseTo(hashes[0]!.r, 1);
      expect(g).toBeCloseTo(hashes[0]!.g, 1);
      expect(b).toBeCloseTo(hashes[0]!.b, 1);
    }
  });

  test.each(['gif', 'webp'] as const)('may be animated: %s, measured by its frames', async (format) => {
    expect(await inspect(await makeAnimation(format, 5))).toMatchObject({
      contentType: `image/${format}`,
      width: 80,
      height: 60,
    });
  });

  test('may be in CMYK, have 16 bits, be transparent or very thin', async () => {
    const plain = await makePicture('png');
    const cmyk = await sharp(plain).toColourspace('cmyk').jpeg().toBuffer();
    const deep = await sharp(plain).toColourspace('rgb16').png().toBuffer();
    const clear = await sharp(plain).ensureAlpha(0.3).webp().toBuffer();
    for (const picture of [cmyk, deep, clear]) {
      expect(await inspect(picture)).toMatchObject({ width: 120, height: 80 });
    }
    expect(await inspect(await makePicture('png', 5000, 1))).toMatchObject({ width: 5000, height: 1 });
    expect(await inspect(await makePicture('png', 1, 1))).toMatchObject({ width: 1, height: 1 });
  });

  test('may carry bytes behind its end, as cameras append them', async () => {
    for (const format of ['jpeg', 'png', 'gif'] as const) {
      const picture = Buffer.concat([await makePicture(format), Buffer.from('more bytes'.repeat(50))]);
      expect(await inspect(picture)).toMatchObject({ width: 120 });
    }
  });
});

describe('What is no accepted picture', () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="9" height="9"/></svg>';
  test.each([
    ['SVG', Buffer.from(svg)],
    ['SVG with a declaration', Buffer.from(`<?xml version="1.0"?>${svg}`)],
    ['HTML', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['PDF', Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj<</Type/Catalog>>endobj')],
    ['TIFF', Buffer.from('49492a0008000000000000000000000000000000', 'hex')],
    ['HEIC', Buffer.concat([Buffer.from('00000018', 'hex'), Buffer.from('ftypheic\0\0\0\0mif1heic')])],
    ['text', Buffer.from('just text')],
    ['one byte', Buffer.from([0xff])],
    ['zeros', Buffer.alloc(10_000)],
  ])('is refused by its bytes: %s', async (_name, bytes) => {
    await expect(inspect(bytes)).rejects.toMatchObject({
      code: 'UNSUPPORTED_MEDIA_TYPE',
      message: expect.stringContaining('Send a JPEG, PNG, GIF, WebP or AVIF picture.'),
    });
  });

  test.each(FORMATS.flatMap((format) => [0.99, 0.6, 0.1].map((part) => [format, part] as const)))(
    'is refused when cut off: %s at %d',
    async (format, part) => {
      const whole = await makePicture(format, 400, 300);
      await expect(inspect(whole.subarray(0, whole.length * part))).rejects.toMatchObject({
        code: expect.stringMatching(/^(BAD_USER_INPUT|UNSUPPORTED_MEDIA_TYPE)$/),
      });
    },
  );

  test.each([
    ['gif', 0.99],
    ['gif', 0.5],
    ['webp', 0.99],
    ['webp', 0.5],
  ] as const)('is refused when an animation is cut off: %s at %d', async (format, part) => {
    const whole = await makeAnimation(format, 6);
    await expect(inspect(whole.subarray(0, whole.length * part))).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  test('is refused when only the signature is that of a picture', async () => {
    for (const format of FORMATS) {
      const picture = await makePicture(format, 400, 300);
      const fake = Buffer.concat([picture.subarray(0, 40), Buffer.from('<script>'.repeat(500))]);
      await expect(inspect(fake)).rejects.toMatchObject({ name: 'ShoalError' });
    }
  });
});

describe('The limit of pixels', () => {
  test('is kept exactly', async () => {
    const picture = await makePicture('png', 120, 80);
    await inspect(picture, 9_600);
    await expect(inspect(picture, 9_599)).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: 'The picture has 120 x 80 pixels. The limit is 9599 pixels in all. Send a smaller one.',
    });
  });

  test('counts the frames of an animation together', async () => {
    const animation = await makeAnimation('gif', 4, 80, 60);
    await inspect(animation, 19_200);
    await expect(inspect(animation, 19_199)).rejects.toMatchObject({
      message: expect.stringContaining('80 x 60 pixels in 4 frames'),
    });
  });

  test('holds against a small file of very many pixels, which is not decoded', async () => {
    const bomb = makePngBomb(16_000, 16_000);
    expect(bomb.length).toBeLessThan(1_000_000);
    await expect(inspect(bomb)).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });
});

let files = 0;

async function inspect(bytes: Buffer, maxPixels = MANY_PIXELS) {
  const path = join(folder, String(++files));
  await writeFile(path, bytes);
  return await inspectImage(path, { maxPixels });
}
