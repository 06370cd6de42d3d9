import type { SigningKeys } from '../access/signing-keys.ts';
import { ShoalError } from '../errors.ts';
import type { ImageTarget } from '../http/image-target.ts';
import { imagePath } from '../http/image-url.ts';
import { refuseFaults, wholeNumberFault } from '../input-faults.ts';
import { hashKey, parseKey } from './key.ts';
import { parseWidth } from './variant.ts';

const PURPOSE = 'image';
/** A week. */
const MAX_SECONDS = 7 * 24 * 3_600;

/** URLs of images that let in whoever has them, until they expire. */
export class SignedUrls {
  readonly #keys: SigningKeys;
  readonly #now: () => number;

  /** @param now milliseconds since the epoch */
  constructor(keys: SigningKeys, now: () => number) {
    this.#keys = keys;
    this.#now = now;
  }

  /**
   * The path of the newest version under a key, or of a rendering of it.
   * @throws ShoalError BAD_USER_INPUT
   */
  sign({
    key: given,
    width,
    expiresIn,
  }: {
    key: string;
    width?: number | undefined;
    expiresIn: number;
  }): string {
    refuseFaults([wholeNumberFault('expiresIn', expiresIn, { min: 1, max: MAX_SECONDS })]);
    const key = parseKey(given);
    const variant = width === undefined ? {} : { width: parseWidth(width) };
    const expires = Math.floor(this.#now() / 1000) + expiresIn;
    const path = imagePath(key, variant);
    const text = textOf({ keyHash: hashKey(key), version: undefined, width: variant.width }, expires);
    const signature = this.#keys.sign(PURPOSE, text);
    return `${path}${path.includes('?') ? '&' : '?'}expires=${expires}&signature=${signature}`;
  }

  /** Why the signature of a target lets nobody in; undefined when it does. */
  refuse(target: ImageTarget): ShoalError | undefined {
    const { expires, text } = target.signature!;
    if (!this.#keys.hasSigned(PURPOSE, textOf(target, expires), text)) {
      return new ShoalError('FORBIDDEN', 'The signature of this URL is not of this key, width and time.');
    }
    if (this.#now() < expires * 1000) return undefined;
    return new ShoalError('FORBIDDEN', 'This URL has expired. Ask for a new one.');
  }
}

function textOf({ keyHash, version, width }: SignedFacts, expires: number): string {
  return [keyHash, version ?? '', width ?? '', expires].join(' ');
}

interface SignedFacts {
  readonly keyHash: string;
  readonly version?: string | undefined;
  readonly width?: number | undefined;
}
