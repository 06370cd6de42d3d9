import { expect, it } from 'vitest';
import { negotiateFormat } from './negotiation.ts';

it.each([
  ['Chrome', 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', 'avif'],
  ['Firefox', 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5', 'avif'],
  ['Safari 15', 'image/webp,image/avif,video/*;q=0.8,image/png,image/*;q=0.8,*/*;q=0.5', 'avif'],
  ['a browser without AVIF', 'image/webp,image/apng,image/*,*/*;q=0.8', 'webp'],
  ['curl', '*/*', 'original'],
  ['nobody', undefined, 'original'],
  ['an empty header', '', 'original'],
  ['who takes any image', 'image/*', 'original'],
  ['who rules AVIF out', 'image/avif;q=0, image/webp', 'webp'],
  ['who rules both out', 'image/avif;q=0,image/webp;q=0.000,*/*', 'original'],
  ['who prefers WebP', 'image/avif;q=0.5, image/webp;q=0.9', 'webp'],
  ['who prefers JPEG', 'image/jpeg, image/avif;q=0.8, image/webp;q=0.9', 'original'],
  ['who writes in capitals', 'IMAGE/AVIF ; Q=0.9', 'avif'],
  ['who gives no number', 'image/avif;q=high, image/webp;q=0.1', 'webp'],
  ['who gives too large a number', 'image/avif;q=7', 'original'],
  ['who has other parameters', 'image/avif;level=1;q=0.3', 'avif'],
])('gives %s (%s) %s', (_, accept, expected) => {
  expect(negotiateFormat(accept)).toBe(expected);
});
