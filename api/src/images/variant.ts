import { ShoalError } from '../errors.ts';

/** The widths, in pixels, that a rendering may have. */
export const VARIANT_WIDTHS = [64, 160, 320, 640, 960, 1280, 1920, 2560] as const;
export type VariantWidth = (typeof VARIANT_WIDTHS)[number];

/** `original` is the family of the original: JPEG stays JPEG. The rendering's real type is known once it is made. */
export const VARIANT_FORMATS = ['avif', 'webp', 'original'] as const;
export type VariantFormat = (typeof VARIANT_FORMATS)[number];

/** A rendering of a version. */
export interface Variant {
  readonly width: VariantWidth;
  readonly format: VariantFormat;
}

export const ALL_VARIANTS: readonly Variant[] = VARIANT_WIDTHS.flatMap((width) =>
  VARIANT_FORMATS.map((format) => ({ width, format })),
);

/** @throws ShoalError BAD_USER_INPUT */
export function parseWidth(width: number): VariantWidth {
  const known = VARIANT_WIDTHS.find((candidate) => candidate === width);
  if (known !== undefined) return known;
  throw new ShoalError(
    'BAD_USER_INPUT',
    `There are no renderings of that width. Choose one of ${VARIANT_WIDTHS.join(', ')} pixels.`,
  );
}
