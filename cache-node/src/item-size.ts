/** What memcached adds to a key and a payload when it compares them with `-I`: its item's header, CAS and terminators. */
const ITEM_HEADER_BYTES = 48 + 8;

/** The size that memcached would give the item; `me`, the dumps and the size classes of `stats items` show it. */
export function itemSize(key: string, clientFlags: number, length: number): number {
  return ITEM_HEADER_BYTES + key.length + 1 + (clientFlags === 0 ? 0 : 4) + length + 2;
}

export function isTooLarge(itemSizeMax: number, key: string, clientFlags: number, length: number): boolean {
  return itemSize(key, clientFlags, length) > itemSizeMax;
}

const SMALLEST_CLASS_BYTES = 96;
const CLASS_GROWTH = 1.25;
const LARGEST_CLASS = 63;

/** The largest size of each class; the last has no bound. */
const classBounds = ((): number[] => {
  const bounds = [0];
  for (let bound = SMALLEST_CLASS_BYTES; bounds.length < LARGEST_CLASS; bound *= CLASS_GROWTH) {
    bound = Math.ceil(bound / 8) * 8;
    bounds.push(bound);
  }
  return [...bounds, Infinity];
})();

/** A class of sizes, as slab classes are in memcached; here it only sorts statistics. */
export function sizeClass(size: number): number {
  return classBounds.findIndex((bound) => size <= bound);
}

export function classBytes(number: number): number {
  return classBounds[number] ?? Infinity;
}
