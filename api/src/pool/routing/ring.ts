import { createHash } from 'node:crypto';

const DIGESTS_PER_MEMBER = 40;
const POINTS_PER_DIGEST = 4;
const CIRCLE = 2 ** 32;
const MEMCACHED_PORT = 11211;

/**
 * The Ketama continuum: every member owns the arcs that end at its 160 points on a circle of 2^32. It is the one that
 * libmemcached (MEMCACHED_DISTRIBUTION_CONSISTENT_KETAMA) and twemproxy build for members of equal weight. It is rebuilt,
 * never edited.
 */
export class Ring {
  /** Labels of the members. */
  readonly members: readonly string[];
  readonly #points: Uint32Array;
  readonly #memberOfPoint: readonly string[];

  /** Labels must differ; their order is of no consequence. */
  constructor(members: readonly string[]) {
    this.members = members;
    const points = members
      .flatMap((label) => pointsOf(label).map((point) => ({ point, label })))
      .sort((a, b) => a.point - b.point || (a.label < b.label ? -1 : 1));
    this.#points = Uint32Array.from(points, ({ point }) => point);
    this.#memberOfPoint = points.map(({ label }) => label);
  }

  /**
   * The label of the member that owns a key: the one with the first point at or after the key's. With `accepts`, the first that
   * is accepted: the owner on the ring without those that are not.
   * @param keyHash MD5 of the key, 32 lower-case hexadecimal digits
   * @returns undefined only if there is no member, or none is accepted
   */
  owner(keyHash: string, accepts?: (label: string) => boolean): string | undefined {
    const first = this.#firstPoint(keyHash);
    if (accepts === undefined) return this.#memberOfPoint[first];
    const refused = new Set<string>();
    for (let step = 0; refused.size < this.members.length; step++) {
      const label = this.#memberOfPoint[(first + step) % this.#memberOfPoint.length]!;
      if (refused.has(label)) continue;
      if (accepts(label)) return label;
      refused.add(label);
    }
    return undefined;
  }

  /** The share of the circle, 0 to 1, that each member owns, by its label. */
  ringShare(): ReadonlyMap<string, number> {
    const shares = new Map(this.members.map((label) => [label, 0]));
    let before = (this.#points.at(-1) ?? 0) - CIRCLE;
    for (const [i, label] of this.#memberOfPoint.entries()) {
      const point = this.#points[i]!;
      shares.set(label, shares.get(label)! + (point - before) / CIRCLE);
      before = point;
    }
    return shares;
  }

  /** Index of the first point at or after the key's. */
  #firstPoint(keyHash: string): number {
    const wanted = pointOf(keyHash);
    const points = this.#points;
    let low = 0;
    let high = points.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (points[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return low === points.length ? 0 : low;
  }
}

/** The label of a node that was given by its address, written as libmemcached does: without memcached's own port. */
export function staticLabel(host: string, port: number): string {
  return port === MEMCACHED_PORT ? host : `${host}:${port}`;
}

/** The label of a launched node. A replacement takes the slot and with it the arcs of the node it replaces. */
export function slotLabel(slot: number): string {
  return `node-${slot}`;
}

function pointsOf(label: string): number[] {
  const points: number[] = [];
  for (let k = 0; k < DIGESTS_PER_MEMBER; k++) {
    const digest = createHash('md5').update(`${label}-${k}`).digest();
    for (let i = 0; i < POINTS_PER_DIGEST; i++) points.push(digest.readUInt32LE(4 * i));
  }
  return points;
}

/** The digest's first four bytes, little-endian, read from its hexadecimal form. */
function pointOf(keyHash: string): number {
  return (
    (byteAt(keyHash, 0) |
      (byteAt(keyHash, 2) << 8) |
      (byteAt(keyHash, 4) << 16) |
      (byteAt(keyHash, 6) << 24)) >>>
    0
  );
}

function byteAt(hex: string, index: number): number {
  return (digitOf(hex.charCodeAt(index)) << 4) | digitOf(hex.charCodeAt(index + 1));
}

function digitOf(charCode: number): number {
  return charCode < 0x3a ? charCode - 0x30 : charCode - 0x57;
}
