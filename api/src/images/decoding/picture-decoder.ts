import type { Variant } from '../variant.ts';

/** The types that pictures come in and are served as. */
export const PICTURE_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif'] as const;
export type PictureType = (typeof PICTURE_TYPES)[number];

/** What a file of bytes turned out to show. */
export interface Picture {
  readonly contentType: PictureType;
  /** In pixels as shown, after EXIF orientation. */
  readonly width: number;
  /** In pixels as shown, after EXIF orientation. */
  readonly height: number;
  /** ThumbHash in base64. https://evanw.github.io/thumbhash/ */
  readonly thumbHash: string;
}

export interface Rendering {
  readonly bytes: Buffer;
  readonly contentType: string;
}

export interface InspectOptions {
  /** The most pixels of a picture, those of all frames together. */
  readonly maxPixels: number;
  /** Once it is aborted, a picture that still waits is not decoded. */
  readonly signal?: AbortSignal | undefined;
}

/** Reads the bytes of strangers. Whatever is in them costs a refusal. */
export interface PictureDecoder {
  /**
   * Finds out from its bytes what a file shows, and decodes all of it to be sure.
   * @throws ShoalError UNSUPPORTED_MEDIA_TYPE for what is none of the accepted types; BAD_USER_INPUT for what does not decode;
   * PAYLOAD_TOO_LARGE for what has too many pixels or frames, or takes too much memory; TOO_BUSY, UNAVAILABLE
   */
  inspect(path: string, options: InspectOptions): Promise<Picture>;
  /**
   * Renders an original upright, in sRGB, without metadata, at most as wide as it is. An animated original stays animated, which AVIF
   * can't be: it becomes WebP.
   * @throws ShoalError BAD_USER_INPUT when the original does not decode in time, TOO_BUSY, UNAVAILABLE
   */
  render(original: Buffer, variant: Variant): Promise<Rendering>;
}
