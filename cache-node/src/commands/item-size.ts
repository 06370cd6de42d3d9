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

/** A class of sizes, as slab classes are in memcached; here it only sorts statistics. */
export function sizeClass(size: number): number {
  let bound = SMALLEST_CLASS_BYTES;
  let number = 1;
  while (size > bound && number < LARGEST_CLASS) {
    bound = Math.ceil((bound * CLASS_GROWTH) / 8) * 8;
    number++;
  }
  return number;
}
