import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { makeAnimation, makePicture, readPhoto } from '../../../test/pictures.ts';
import { renderVariant } from './render-variant.ts';

test.each([
  ['jpeg', 'avif', 'image/avif'],
  ['jpeg', 'webp', 'image/webp'],
  ['jpeg', 'original', 'image/jpeg'],
  ['png', 'avif', 'image/avif'],
  ['png', 'original', 'image/png'],
  ['gif', 'webp', 'image/webp'],
  ['gif', 'original', 'image/gif'],
  ['webp', 'original', 'image/webp'],
  ['avif', 'webp', 'image/webp'],
  ['avif', 'original', 'image/avif'],
] as const)('%s as %s becomes %s', async (family, format, contentType) => {
  const rendering = await renderVariant(await makePicture(family, 300, 200), { width: 160, format });
  expect(rendering.contentType).toBe(contentType);
  const { mediaType, width, height } = await sharp(rendering.bytes).metadata();
  expect({ mediaType, width, height }).toEqual({ mediaType: contentType, width: 160, height: 107 });
});

test.each([
  ['gif', 'avif', 'image/webp'],
  ['gif', 'webp', 'image/webp'],
  ['gif', 'original', 'image/gif'],
  ['webp', 'avif', 'image/webp'],
  ['webp', 'original', 'image/webp'],
] as const)('animated %s as %s stays animated, as %s', async (family, format, contentType) => {
  const rendering = await renderVariant(await makeAnimation(family, 4, 200, 100), { width: 64, format });
  expect(rendering.contentType).toBe(contentType);
  expect(await sharp(rendering.bytes, { animated: true }).metadata()).toMatchObject({
    mediaType: contentType,
    pages: 4,
    width: 64,
    pageHeight: 32,
    delay: [50, 50, 50, 50],
  });
});

test('a narrower original is not enlarged', async () => {
  const { bytes } = await renderVariant(await makePicture('jpeg', 120, 80), { width: 640, format: 'webp' });
  expect(await sharp(bytes).metadata()).toMatchObject({ width: 120, height: 80 });
});

test('a very tall original is made as large as the format allows', async () => {
  const tall = await makePicture('png', 100, 40_000);
  for (const format of ['avif', 'webp', 'original'] as const) {
    const { bytes } = await renderVariant(tall, { width: 64, format });
    expect((await sharp(bytes).metadata()).height).toBeLessThanOrEqual(16_383);
  }
});

describe('Photographs of the four EXIF orientations', () => {
  test.each(['avif', 'webp', 'original'] as const)('look alike as %s', async (format) => {
    const looks = await Promise.all(
      ([1, 3, 6, 8] as const).map(async (orientation) => {
        const photo = await readPhoto(`exif-orientation-${orientation}.jpg`);
        const { bytes } = await renderVariant(photo, { width: 320, format });
        const { width, height, orientation: left } = await sharp(bytes).metadata();
        expect({ width, height }).toEqual({ width: 320, height: 213 });
        expect(left ?? 1).toBe(1);
        return await look(bytes);
      }),
    );
    for (const other of looks.slice(1)) expect(distance(looks[0]!, other)).toBeLessThan(6);
  });
});

test('metadata is left out', async () => {
  const original = await sharp(await makePicture('jpeg', 300, 200))
    .withExif({ IFD0: { Copyright: 'somebody', Make: 'camera' }, IFD3: { GPSLatitude: '1/1 2/1 3/1' } })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
    .jpeg()
    .toBuffer();
  expect((await sharp(original).metadata()).exif).toBeDefined();
  for (const format of ['avif', 'webp', 'original'] as const) {
    const { bytes } = await renderVariant(original, { width: 160, format });
    const { exif, xmp, iptc, icc } = await sharp(bytes).metadata();
    expect({ exif, xmp, iptc, icc }).toEqual({});
  }
});

test('colours of a wide profile are converted, not reinterpreted', async () => {
  const red = { r: 200, g: 60, b: 40 };
  const flat = sharp({ create: { width: 200, height: 200, channels: 3, background: red } });
  const wide = await flat.withIccProfile('p3').png().toBuffer();
  const stored = await sharp(wide, { ignoreIcc: true }).raw().toBuffer();
  expect(Math.abs(stored[0]! - red.r)).toBeGreaterThan(5);
  const { bytes } = await renderVariant(wide, { width: 64, format: 'original' });
  const [r, g, b] = await sharp(bytes).raw().toBuffer();
  expect(Math.abs(r! - red.r) + Math.abs(g! - red.g) + Math.abs(b! - red.b)).toBeLessThan(8);
});

test('transparency stays', async () => {
  const clear = await sharp(await makePicture('png', 300, 200))
    .ensureAlpha(0.5)
    .png()
    .toBuffer();
  for (const format of ['avif', 'webp', 'original'] as const) {
    const { bytes } = await renderVariant(clear, { width: 64, format });
    const pixels = await sharp(bytes).ensureAlpha().raw().toBuffer();
    expect(Math.abs(pixels[3]! - 128)).toBeLessThan(4);
  }
});

test('what does not decode is bad input', async () => {
  await expect(renderVariant(Buffer.from('no picture'), { width: 64, format: 'webp' })).rejects.toMatchObject(
    {
      code: 'BAD_USER_INPUT',
    },
  );
});

async function look(bytes: Buffer): Promise<Buffer> {
  return await sharp(bytes)
    .resize(16, 12, { fit: 'fill' })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer();
}

/** The mean difference of two pictures' samples, 0 to 255. */
function distance(one: Buffer, other: Buffer): number {
  return one.reduce((sum, sample, at) => sum + Math.abs(sample - other[at]!), 0) / one.length;
}
