import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Metadata } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import { ShoalError } from '../../errors.ts';
import { isGifCutOff } from './gif-blocks.ts';
import type { Picture, PictureType } from './picture-decoder.ts';
import { findPictureType, SIGNATURE_BYTES } from './picture-type.ts';
import { sharp } from './sharp-settings.ts';

/** ThumbHash takes no larger picture. */
const THUMB_PIXELS = 100;
/** A minute and more of film: each frame costs, however small it is. */
const MAX_FRAMES = 4_000;

/** As `PictureDecoder.inspect`, in this process: for those that do nothing else. */
export async function inspectImage(path: string, { maxPixels }: { maxPixels: number }): Promise<Picture> {
  const { contentType, format } = await findType(path);
  const metadata = await decoding(() =>
    sharp(path, { pages: framesToRead(contentType), limitInputPixels: false }).metadata(),
  );
  if (metadata.format !== format || (format === 'heif' && metadata.compression !== 'av1'))
    throw unsupported();
  if (isAnimated(metadata) && metadata.pages! > MAX_FRAMES) throw tooManyFrames(metadata);
  if (metadata.width * metadata.height > maxPixels) throw tooManyPixels(metadata, maxPixels);
  return await decoding(async () => {
    const thumbHash = await makeThumbHash(path);
    if (contentType === 'image/gif' && (await isGifCutOff(createReadStream(path))))
      throw new Error('cut off');
    if (!isAnimated(metadata)) return { contentType, ...metadata.autoOrient, thumbHash };
    await decodeAllFrames(path);
    return { contentType, width: metadata.width, height: frameHeight(metadata), thumbHash };
  });
}

async function findType(path: string) {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SIGNATURE_BYTES), 0, SIGNATURE_BYTES, 0);
    const found = findPictureType(buffer.subarray(0, bytesRead));
    if ('instead' in found) throw unsupported(found.instead);
    return found;
  } finally {
    await file.close();
  }
}

/** libvips knows the frames of these two types; of an animated PNG it shows the first. */
function framesToRead(contentType: PictureType): number {
  return contentType === 'image/gif' || contentType === 'image/webp' ? -1 : 1;
}

/** The other types may hold several pictures too, of which one is shown. */
export function isAnimated({ format, pages = 1 }: Pick<Metadata, 'format' | 'pages'>): boolean {
  return pages > 1 && (format === 'gif' || format === 'webp');
}

/** Animated pictures come as one tall roll of frames. */
function frameHeight({ height, pageHeight = height }: Metadata): number {
  return pageHeight;
}

async function makeThumbHash(path: string): Promise<string> {
  const { data, info } = await sharp(path, { failOn: 'error', limitInputPixels: false })
    .autoOrient()
    .resize(THUMB_PIXELS, THUMB_PIXELS, { fit: 'inside' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
}

async function decodeAllFrames(path: string): Promise<void> {
  await sharp(path, { pages: -1, failOn: 'error', limitInputPixels: false }).resize(16).raw().toBuffer();
}

async function decoding<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new ShoalError(
      'BAD_USER_INPUT',
      "The picture can't be decoded: the file is damaged or incomplete. Send it again.",
      { cause },
    );
  }
}

function unsupported(found = 'no picture of a known type'): ShoalError {
  return new ShoalError(
    'UNSUPPORTED_MEDIA_TYPE',
    `The file is ${found}. Send a JPEG, PNG, GIF, WebP or AVIF picture.`,
  );
}

function tooManyFrames({ pages }: Metadata): ShoalError {
  return new ShoalError(
    'PAYLOAD_TOO_LARGE',
    `The picture has ${pages} frames. The limit is ${MAX_FRAMES}. Send a shorter one.`,
  );
}

function tooManyPixels(metadata: Metadata, maxPixels: number): ShoalError {
  const frames = isAnimated(metadata) ? ` in ${metadata.pages} frames` : '';
  return new ShoalError(
    'PAYLOAD_TOO_LARGE',
    `The picture has ${metadata.width} x ${frameHeight(metadata)} pixels${frames}. The limit is ${maxPixels} pixels in all. Send a smaller one.`,
  );
}
