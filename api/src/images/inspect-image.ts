import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { fileTypeFromBuffer } from 'file-type';
import sharp, { type Metadata } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import { ShoalError } from '../errors.ts';
import { isGifCutOff } from './gif-blocks.ts';
import { PICTURE_SECONDS, pictureWork } from './picture-work.ts';

/** What a file of bytes turned out to show. */
export interface Picture {
  /** image/jpeg, image/png, image/gif, image/webp or image/avif. */
  readonly contentType: string;
  /** In pixels as shown, after EXIF orientation. */
  readonly width: number;
  /** In pixels as shown, after EXIF orientation. */
  readonly height: number;
  /** ThumbHash in base64. https://evanw.github.io/thumbhash/ */
  readonly thumbHash: string;
}

/** What file-type calls the accepted types; an animated PNG is a PNG to everybody who does not know better. */
const ACCEPTED = new Map([
  ['image/jpeg', { contentType: 'image/jpeg', format: 'jpeg' }],
  ['image/png', { contentType: 'image/png', format: 'png' }],
  ['image/apng', { contentType: 'image/png', format: 'png' }],
  ['image/gif', { contentType: 'image/gif', format: 'gif' }],
  ['image/webp', { contentType: 'image/webp', format: 'webp' }],
  ['image/avif', { contentType: 'image/avif', format: 'heif' }],
]);

/** What file-type asks for to tell all types. */
const SIGNATURE_BYTES = 4_100;
/** ThumbHash takes no larger picture. */
const THUMB_PIXELS = 100;

/**
 * Finds out from its bytes what a file shows, and decodes all of it to be sure.
 * @throws ShoalError UNSUPPORTED_MEDIA_TYPE for what is none of the accepted types; BAD_USER_INPUT for what does not decode;
 * PAYLOAD_TOO_LARGE for more than `maxPixels`, those of all frames together; TOO_BUSY
 */
export async function inspectImage(path: string, { maxPixels }: { maxPixels: number }): Promise<Picture> {
  const { contentType, format } = await findType(path);
  return await pictureWork.run(async () => {
    const metadata = await decoding(() =>
      sharp(path, { pages: framesToRead(contentType), limitInputPixels: false }).metadata(),
    );
    if (metadata.format !== format || (format === 'heif' && metadata.compression !== 'av1'))
      throw unsupported();
    if (metadata.width * metadata.height > maxPixels) throw tooManyPixels(metadata, maxPixels);
    return await decoding(async () => {
      const thumbHash = await makeThumbHash(path);
      if (contentType === 'image/gif' && (await isGifCutOff(createReadStream(path))))
        throw new Error('cut off');
      if (!isAnimated(metadata)) return { contentType, ...metadata.autoOrient, thumbHash };
      await decodeAllFrames(path);
      return { contentType, width: metadata.width, height: frameHeight(metadata), thumbHash };
    });
  });
}

async function findType(path: string) {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SIGNATURE_BYTES), 0, SIGNATURE_BYTES, 0);
    const found = await fileTypeFromBuffer(buffer.subarray(0, bytesRead)).catch(() => undefined);
    const accepted = ACCEPTED.get(found?.mime ?? '');
    if (accepted === undefined) throw unsupported(found?.mime);
    return accepted;
  } finally {
    await file.close();
  }
}

/** libvips knows the frames of these two types; of an animated PNG it shows the first. */
function framesToRead(contentType: string): number {
  return contentType === 'image/gif' || contentType === 'image/webp' ? -1 : 1;
}

function isAnimated({ pages = 1 }: Metadata): boolean {
  return pages > 1;
}

/** Animated pictures come as one tall roll of frames. */
function frameHeight({ height, pageHeight = height }: Metadata): number {
  return pageHeight;
}

async function makeThumbHash(path: string): Promise<string> {
  const { data, info } = await sharp(path, { failOn: 'error', limitInputPixels: false })
    .timeout({ seconds: PICTURE_SECONDS })
    .autoOrient()
    .resize(THUMB_PIXELS, THUMB_PIXELS, { fit: 'inside' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
}

async function decodeAllFrames(path: string): Promise<void> {
  await sharp(path, { pages: -1, failOn: 'error', limitInputPixels: false })
    .timeout({ seconds: PICTURE_SECONDS })
    .resize(16)
    .raw()
    .toBuffer();
}

async function decoding<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const fault =
      cause instanceof Error && cause.message.startsWith('timeout')
        ? 'takes too long to decode. Send a smaller one'
        : "can't be decoded: the file is damaged or incomplete. Send it again";
    throw new ShoalError('BAD_USER_INPUT', `The picture ${fault}.`, { cause });
  }
}

function unsupported(found?: string): ShoalError {
  const what = found === undefined ? 'no picture of a known type' : found;
  return new ShoalError(
    'UNSUPPORTED_MEDIA_TYPE',
    `The file is ${what}. Send a JPEG, PNG, GIF, WebP or AVIF picture.`,
  );
}

function tooManyPixels(metadata: Metadata, maxPixels: number): ShoalError {
  const frames = isAnimated(metadata) ? ` in ${metadata.pages} frames` : '';
  return new ShoalError(
    'PAYLOAD_TOO_LARGE',
    `The picture has ${metadata.width} x ${frameHeight(metadata)} pixels${frames}. The limit is ${maxPixels} pixels in all. Send a smaller one.`,
  );
}
