import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Signs with the first of its keys and believes all of them, so that a key is replaced without anybody noticing: put the new one
 * first, and take the old one away once what it has signed has expired.
 */
export class SigningKeys {
  readonly #keys: readonly string[];

  constructor(keys: readonly string[]) {
    this.#keys = keys;
  }

  /** HMAC-SHA-256 in base64url. What is signed for one purpose is worth nothing for another. */
  sign(purpose: string, text: string): string {
    return signatureOf(this.#keys[0]!, purpose, text).toString('base64url');
  }

  /** In constant time. */
  hasSigned(purpose: string, text: string, signature: string): boolean {
    const given = Buffer.from(signature, 'base64url');
    return this.#keys.some((key) => {
      const expected = signatureOf(key, purpose, text);
      return expected.length === given.length && timingSafeEqual(expected, given);
    });
  }
}

function signatureOf(key: string, purpose: string, text: string): Buffer {
  return createHmac('sha256', key).update(`${purpose}\n${text}`).digest();
}
