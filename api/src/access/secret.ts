import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** The fewest characters of a secret that a person may set. */
export const MIN_SECRET_CHARACTERS = 32;

/** 256 random bits. */
export function makeSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Tokens begin alike, so that scanners for leaked secrets can know them. */
export function makeToken(): string {
  return `shoal_${makeSecret()}`;
}

/**
 * SHA-256 in hexadecimal digits, the form in which secrets are stored. A slow hash would protect what people think up; of 256 random bits
 * nobody tries all.
 */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}

/** Compares two hashes of one length in constant time. */
export function isSameHash(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
