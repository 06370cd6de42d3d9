import type { PictureType } from './picture-decoder.ts';

/** How many bytes of a file tell its type. */
export const SIGNATURE_BYTES = 1_024;

/** An accepted type, and what libvips calls it; or what the file is instead, in words, where that can be told. */
export type FoundType =
  | { readonly contentType: PictureType; readonly format: 'jpeg' | 'png' | 'gif' | 'webp' | 'heif' }
  | { readonly instead: string | undefined };

/**
 * Tells the type of a file by its first bytes, as no name and no header of a request does. What only looks like a picture is found
 * out when it is decoded. https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern
 */
export function findPictureType(start: Buffer): FoundType {
  const text = start.toString('latin1');
  if (text.startsWith('\xff\xd8\xff')) return { contentType: 'image/jpeg', format: 'jpeg' };
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return { contentType: 'image/png', format: 'png' };
  if (/^GIF8[79]a/.test(text)) return { contentType: 'image/gif', format: 'gif' };
  if (/^RIFF[^]{4}WEBPVP8/.test(text)) return { contentType: 'image/webp', format: 'webp' };
  if (text.startsWith('ftyp', 4)) return findTypeOfBoxes(start, text);
  return { instead: OTHERS.find(([pattern]) => pattern.test(text))?.[1] };
}

/** The kinds of files that begin with their brands: ISO/IEC 14496-12, section 4.3. */
function findTypeOfBoxes(start: Buffer, text: string): FoundType {
  const sizeBytes = Math.min(start.readUInt32BE(0), text.length);
  const brands = [text.slice(8, 12)];
  for (let at = 16; at + 4 <= sizeBytes; at += 4) brands.push(text.slice(at, at + 4));
  if (brands.some((brand) => /^avi[fs]$/.test(brand))) return { contentType: 'image/avif', format: 'heif' };
  const isHeic = brands.some((brand) => /^(?:he[iv][cxms]|mif1|msf1)$/.test(brand));
  return { instead: isHeic ? 'a HEIC picture' : 'a video or sound' };
}

const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/^(?:\xef\xbb\xbf)?\s*(?:<\?xml|<!--|<!DOCTYPE svg)[^]*<svg[\s>]/i, 'an SVG drawing'],
  [/^(?:\xef\xbb\xbf)?\s*<svg[\s>]/i, 'an SVG drawing'],
  [/^(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body|script|iframe|!--)/i, 'an HTML page'],
  [/^%PDF-/, 'a PDF document'],
  [/^(?:II\*\0|MM\0\*)/, 'a TIFF or raw picture'],
  [/^BM[^]{4}\0\0\0\0/, 'a BMP picture'],
  [/^8BPS/, 'a Photoshop document'],
  [/^(?:\xff\x0a|\0\0\0\x0cJXL )/, 'a JPEG XL picture'],
  [/^\0\0\x01\0/, 'an icon'],
  [/^PK\x03\x04/, 'a ZIP archive'],
];
