/** A 32-bit integer (signed) that stands for a key where the key itself would take too much room: MurmurHash3 over UTF-16 units. */
export function hashKey(key: string): number {
  let hash = key.length;
  for (let index = 0; index < key.length; index++) {
    const mixed = Math.imul(key.charCodeAt(index), 0xcc9e2d51);
    hash ^= Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  return scramble(hash);
}

/** Spreads a change of any bit over all 32: MurmurHash3's finaliser. */
export function scramble(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
