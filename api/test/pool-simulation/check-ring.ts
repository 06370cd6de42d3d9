import { createHash } from 'node:crypto';
import { Ring } from '../../src/pool/routing/ring.ts';
import type { World } from './world.ts';

const KEY_HASHES = Array.from({ length: 20 }, (_, index) =>
  createHash('md5').update(`key ${index}`).digest('hex'),
);
const rings = new Map<string, Ring>();

/** Checks that each key has one owner among the members, and as its stand-in the owner that it would have without it. */
export function checkRing(members: readonly string[], world: World): void {
  const ring = ringOf(members);
  for (const keyHash of KEY_HASHES) {
    const owner = ring.owner(keyHash);
    if (owner === undefined ? members.length > 0 : !members.includes(owner)) {
      world.violate(`${owner} owns a key in the ring of ${members}`);
    }
    const others = members.filter((label) => label !== owner);
    if (ring.owner(keyHash, (label) => label !== owner) !== ringOf(others).owner(keyHash)) {
      world.violate(`a key of ${owner} has two stand-ins in the ring of ${members}`);
    }
    // Their order is of no consequence: every process has the same owners.
    if (ringOf(members.toReversed()).owner(keyHash) !== owner) world.violate(`two owners among ${members}`);
  }
}

function ringOf(members: readonly string[]): Ring {
  const name = members.join();
  const ring = rings.get(name) ?? new Ring(members);
  rings.set(name, ring);
  return ring;
}
