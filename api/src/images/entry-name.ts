import { ALL_VARIANTS, type Variant } from './variant.ts';

/**
 * The name under which a node holds a version or one of its variants: `KEYHASH:VERSION` or `KEYHASH:VERSION:640.avif`. It is a
 * legal memcached key for any image key.
 */
export function entryName(keyHash: string, version: string, variant?: Variant): string {
  return variant === undefined
    ? `${keyHash}:${version}`
    : `${keyHash}:${version}:${variant.width}.${variant.format}`;
}

/** The names of everything that nodes may hold of one version. */
export function entryNamesOfVersion(keyHash: string, version: string): string[] {
  return [
    entryName(keyHash, version),
    ...ALL_VARIANTS.map((variant) => entryName(keyHash, version, variant)),
  ];
}
