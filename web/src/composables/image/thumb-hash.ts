import { thumbHashToDataURL } from 'thumbhash';

/** The blurred placeholder as a data: address, or undefined where the hash can't be read. */
export function placeholderOf(thumbHash: string): string | undefined {
  try {
    return thumbHashToDataURL(Uint8Array.from(atob(thumbHash), (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
}
