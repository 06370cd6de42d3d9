import type { Sharp } from 'sharp';
import { ShoalError } from '../../errors.ts';
import type { Variant } from '../variant.ts';
import { isAnimated } from './inspect-image.ts';
import type { PictureType, Rendering } from './picture-decoder.ts';
import { sharp } from './sharp-settings.ts';

/** The largest side that WebP can have; AVIF and JPEG can have more. */
const MAX_HEIGHT = 16_383;

/** Chosen so that all look alike. AVIF's higher efforts take many times as long for a few percent of its size. */
const encoders = {
  avif: { contentType: 'image/avif', encode: (picture: Sharp) => picture.avif({ quality: 50, effort: 0 }) },
  webp: { contentType: 'image/webp', encode: (picture: Sharp) => picture.webp({ quality: 78, effort: 3 }) },
  jpeg: { contentType: 'image/jpeg', encode: (picture: Sharp) => picture.jpeg({ quality: 80 }) },
  png: { contentType: 'image/png', encode: (picture: Sharp) => picture.png() },
  gif: { contentType: 'image/gif', encode: (picture: Sharp) => picture.gif() },
} as const;

type OurRendering = Rendering & { readonly contentType: PictureType };

/** As `PictureDecoder.render`, in this process: for those that do nothing else. */
export async function renderVariant(original: Buffer, variant: Variant): Promise<OurRendering> {
  try {
    return await render(original, variant);
  } catch (cause) {
    throw new ShoalError('BAD_USER_INPUT', "The image can't be rendered at this size.", { cause });
  }
}

async function render(original: Buffer, { width, format }: Variant): Promise<OurRendering> {
  // What is stored has been inspected: its pixels were counted then.
  const metadata = await sharp(original, { limitInputPixels: false }).metadata();
  const animated = isAnimated(metadata);
  const { contentType, encode } = encoders[chooseEncoder(format, metadata.format, animated)];
  const picture = sharp(original, { animated, failOn: 'error', limitInputPixels: false });
  // libvips can't turn a roll of frames.
  const upright = animated ? picture : picture.autoOrient();
  const resized = upright.resize({ width, height: MAX_HEIGHT, fit: 'inside', withoutEnlargement: true });
  return { bytes: await encode(resized).toBuffer(), contentType };
}

function chooseEncoder(format: Variant['format'], family: string, animated: boolean): keyof typeof encoders {
  if (format === 'avif') return animated ? 'webp' : 'avif';
  if (format === 'webp') return 'webp';
  switch (family) {
    case 'png':
    case 'gif':
    case 'webp':
      return family;
    case 'heif':
      return 'avif';
    default:
      return 'jpeg';
  }
}
