import { keyFault, normaliseKey } from '../image/image-key.ts';

const MAX_KEY_CHARACTERS = 200;

/**
 * Proposes a key for a file: its path or name with what a key can't hold taken out, numbered where `isTaken` says so. For pasted
 * pictures, which all arrive as `image.png`, pass `pastedName` as the path.
 */
export function suggestKey(path: string, isTaken: (key: string) => boolean): string {
  const cleaned = normaliseKey(path.toWellFormed().replace(/\p{Cc}+/gu, ' ')).trim();
  const key = shorten(cleaned, MAX_KEY_CHARACTERS);
  return freeKey(keyFault(key) ? 'image' : key, isTaken);
}

/** The first of `cat.jpg`, `cat-2.jpg`, `cat-3.jpg` and so on that is not taken. */
export function freeKey(key: string, isTaken: (key: string) => boolean): string {
  let candidate = key;
  for (let number = 2; isTaken(candidate); number++) candidate = numbered(key, number);
  return candidate;
}

/** A name for a pasted picture by the time of pasting, to the second in the reader's zone: `pasted-2026-11-22-094210.png`. */
export function pastedName(file: { name: string }, now: Date): string {
  const digits = (value: number): string => String(value).padStart(2, '0');
  const day = [now.getFullYear(), digits(now.getMonth() + 1), digits(now.getDate())].join('-');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(digits).join('');
  return `pasted-${day}-${time}${splitExtension(file.name).extension}`;
}

function numbered(key: string, number: number): string {
  const { stem, extension } = splitExtension(key);
  const base = stem.replace(/-\d{1,4}$/, '');
  const ending = `-${number}${extension}`;
  return shorten(base, MAX_KEY_CHARACTERS - [...ending].length) + ending;
}

/** Cuts the stem, not the extension, down to a number of characters. */
function shorten(key: string, characters: number): string {
  if ([...key].length <= characters) return key;
  const { stem, extension } = splitExtension(key);
  return (
    [...stem]
      .slice(0, characters - [...extension].length)
      .join('')
      .trimEnd() + extension
  );
}

/** Only what looks like an extension counts as one: `v1.0 final` has none. */
function splitExtension(name: string): { stem: string; extension: string } {
  const extension = /(?<=[^/])\.[A-Za-z0-9]{1,5}$/.exec(name)?.[0] ?? '';
  return { stem: name.slice(0, name.length - extension.length), extension };
}
