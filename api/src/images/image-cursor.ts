import { ShoalError } from '../errors.ts';
import { isVersion } from './version.ts';

/** Where a page of a list of images ended: the key in a list by key, the version in a list by newest. */
export type ImagePosition = { readonly key: string } | { readonly version: string };

/** An opaque cursor: the position in base64url. */
export function encodeCursor(position: ImagePosition): string {
  const text = 'key' in position ? `k${position.key}` : `v${position.version}`;
  return Buffer.from(text).toString('base64url');
}

/** @throws ShoalError BAD_USER_INPUT for what `encodeCursor` did not make for this order */
export function decodeCursor(cursor: string, by: 'key' | 'version'): ImagePosition {
  const text = Buffer.from(cursor, 'base64url').toString();
  const value = text.slice(1);
  const position = by === 'key' ? { key: value } : { version: value };
  if (value.length > 0 && encodeCursor(position) === cursor && (by === 'key' || isVersion(value)))
    return position;
  throw new ShoalError(
    'BAD_USER_INPUT',
    'The argument after is not a cursor of this list. Pass the endCursor of an earlier page of the same order, or leave it out.',
  );
}
