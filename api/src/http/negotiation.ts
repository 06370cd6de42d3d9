import type { VariantFormat } from '../images/variant.ts';

/**
 * The format of a rendering that suits an Accept header best (RFC 9110, 12.5.1). AVIF and WebP must be named: many who say that they
 * take anything can't show them. Of what the reader likes equally the smallest is taken. Never refuses.
 */
export function negotiateFormat(accept: string | undefined): VariantFormat {
  if (accept === undefined) return 'original';
  const quality = { avif: 0, webp: 0, original: 0 };
  for (const range of accept.split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const format = FORMATS[type!];
    if (format !== undefined) quality[format] = Math.max(quality[format], qualityOf(parameters));
  }
  if (quality.avif > 0 && quality.avif >= quality.webp && quality.avif >= quality.original) return 'avif';
  if (quality.webp > 0 && quality.webp >= quality.original) return 'webp';
  return 'original';
}

const FORMATS: Readonly<Record<string, VariantFormat>> = {
  'image/avif': 'avif',
  'image/webp': 'webp',
  'image/jpeg': 'original',
  'image/png': 'original',
  'image/gif': 'original',
  'image/*': 'original',
  '*/*': 'original',
};

function qualityOf(parameters: readonly string[]): number {
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  if (weight === undefined) return 1;
  return /^[01](\.\d{0,3})?$/.test(weight) ? Math.min(1, Number(weight)) : 0;
}
