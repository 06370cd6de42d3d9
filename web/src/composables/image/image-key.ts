const MAX_KEY_CHARACTERS = 200;

/** Brings text to the form in which keys are stored and compared: NFC. */
export function normaliseKey(text: string): string {
  return text.normalize('NFC');
}

/**
 * Says in plain words why a text can't be a key, or undefined where it can: 1 to 200 Unicode characters (code points), no control
 * characters, no space at either end. The api decides; this tells the user before anything is sent.
 */
export function keyFault(text: string): string | undefined {
  if (!text.isWellFormed()) return 'The key contains half of a character.';
  const key = normaliseKey(text);
  if (key.length === 0) return 'The key is empty.';
  if (/\p{Cc}/u.test(key)) return 'The key contains a control character.';
  if (key !== key.trim()) return 'The key begins or ends with a space.';
  const characters = [...key].length;
  if (characters > MAX_KEY_CHARACTERS) {
    return `The key has ${characters} characters; at most ${MAX_KEY_CHARACTERS} are allowed.`;
  }
  return undefined;
}

/** Splits a key behind its last slash, for places where the end must stay readable: `a/b/c.jpg` is `a/b/` and `c.jpg`. */
export function splitKey(key: string): { folder: string; name: string } {
  const slash = key.slice(0, -1).lastIndexOf('/');
  return { folder: key.slice(0, slash + 1), name: key.slice(slash + 1) };
}

/**
 * Orders keys by Unicode code points, as the api does. JavaScript's own order is by UTF-16 units, which puts characters beyond
 * U+FFFF (surrogates, 0xD800 to 0xDFFF) before those from U+E000 to U+FFFF.
 */
export function compareKeys(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const difference = codePointRank(left.charCodeAt(at)) - codePointRank(right.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
