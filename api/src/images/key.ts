import { createHash } from 'node:crypto';
import { ShoalError } from '../errors.ts';

const MAX_KEY_CHARACTERS = 200;

/**
 * Checks and normalises a user's name for an image: 1 to 200 Unicode characters (code points) in NFC, no control characters, no
 * leading or trailing space. Text in another normal form is brought to NFC, so that file names from any system find their image.
 * @throws ShoalError BAD_USER_INPUT
 */
export function parseKey(text: string): string {
  if (!text.isWellFormed()) throw invalid('contains half of a surrogate pair');
  const key = text.normalize('NFC');
  if (key.length === 0) throw invalid('is empty');
  if (key.length > MAX_KEY_CHARACTERS && [...key].length > MAX_KEY_CHARACTERS) {
    throw invalid(`is longer than ${MAX_KEY_CHARACTERS} characters`);
  }
  if (/\p{Cc}/u.test(key)) throw invalid('contains a control character');
  if (key !== key.trim()) throw invalid('begins or ends with a space');
  return key;
}

/**
 * Checks and normalises what keys are to begin with. It may end within a word, or with a space.
 * @throws ShoalError BAD_USER_INPUT
 */
export function parsePrefix(text: string): string {
  if (!text.isWellFormed()) {
    throw new ShoalError('BAD_USER_INPUT', 'The prefix contains half of a surrogate pair. Leave that out.');
  }
  return text.normalize('NFC');
}

/** MD5 of the key in UTF-8, 32 hexadecimal digits: begins the names of the key's entries and objects. */
export function hashKey(key: string): string {
  return createHash('md5').update(key).digest('hex');
}

function invalid(fault: string): ShoalError {
  return new ShoalError(
    'BAD_USER_INPUT',
    `The key ${fault}. A key has 1 to ${MAX_KEY_CHARACTERS} characters, no control characters and no space at either end.`,
  );
}
