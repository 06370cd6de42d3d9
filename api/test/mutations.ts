/** From 0 to below 1, the same for the same seed: mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed + 0x6d2b79f5;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const EXTREMES = [0, 1, 0x7f, 0x80, 0xff];

/** The file with one to four things done to it that a decoder must not trip over, the beginning more often than the rest. */
export function mutate(file: Buffer, random: () => number, others: readonly Buffer[]): Buffer {
  const below = (limit: number) => Math.floor(random() * limit);
  const place = () => Math.floor(random() ** 2 * bytes.length);
  const pick = <T>(items: readonly T[]) => items[below(items.length)]!;
  let bytes: Buffer = Buffer.from(file);
  const deeds: (() => Buffer | void)[] = [
    () => void (bytes[place()]! ^= 1 << below(8)),
    () => void (bytes[place()] = pick(EXTREMES)),
    () => void bytes.subarray(place()).subarray(0, 4).fill(pick(EXTREMES)),
    () => void Array.from({ length: 16 }, () => (bytes[place()] = below(256))),
    () => bytes.subarray(0, 1 + place()),
    () => cut(bytes, place(), below(64), Buffer.alloc(0)),
    () => cut(bytes, place(), 0, Buffer.alloc(1 + below(64), pick(EXTREMES))),
    () => cut(bytes, place(), 0, bytes.subarray(place()).subarray(0, 200)),
    () => Buffer.concat([bytes.subarray(0, place()), pick(others).subarray(below(200))]),
  ];
  for (let count = 1 + below(4); count > 0 && bytes.length > 0; count--) bytes = pick(deeds)() ?? bytes;
  return bytes;
}

function cut(bytes: Buffer, at: number, removedBytes: number, instead: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), instead, bytes.subarray(at + removedBytes)]);
}
