import { describe, expect, it } from 'vitest';
import { Arena } from './arena.ts';
import { copyInto, eachPiece, type Extent } from './extent.ts';

const MIB = 1024 * 1024;

describe('an arena', () => {
  it('gives what was asked for, apart from all else', () => {
    const arena = new Arena(MIB);
    const [a, b] = [arena.allocate(1000), arena.allocate(1000)];
    if (!a || !b) throw new Error('No room');
    fill(a, 1000, 1);
    fill(b, 1000, 2);
    expect([content(a, 1000), content(b, 1000)].map((bytes) => new Set(bytes).size)).toEqual([1, 1]);
    arena.check();
  });

  it('takes from the system only what it needs, and no more than it may', () => {
    const arena = new Arena(256 * MIB);
    expect(arena.committedBytes).toBe(0);
    arena.allocate(10);
    expect(arena.committedBytes).toBe(64 * MIB);
    while (arena.allocate(10 * MIB));
    expect(arena.committedBytes).toBe(256 * MIB);
  });

  it('merges what is given back', () => {
    const arena = new Arena(MIB);
    const all: Extent[] = [];
    for (let extent = arena.allocate(2000); extent; extent = arena.allocate(2000)) all.push(extent);
    for (const extent of shuffled(all)) arena.release(extent);
    expect(arena.usedBytes).toBe(0);
    expect(arena.allocate(MIB - 64)?.next).toBeUndefined();
  });

  it('lays a value out in pieces when no gap is long enough', () => {
    const arena = new Arena(MIB);
    const all: Extent[] = [];
    for (let extent = arena.allocate(8000); extent; extent = arena.allocate(8000)) all.push(extent);
    all.forEach((extent, index) => index % 2 === 0 && arena.release(extent));
    const pieced = arena.allocate(100_000);
    if (!pieced) throw new Error('No room');
    expect(pieced.next).toBeDefined();
    fill(pieced, 100_000, 7);
    expect(content(pieced, 100_000)).toEqual(new Array(100_000).fill(7));
    arena.check();
  });

  it('refuses what does not fit, and holds nothing of it', () => {
    const arena = new Arena(MIB);
    const used = arena.usedBytes;
    expect(arena.allocate(2 * MIB)).toBeUndefined();
    expect(arena.usedBytes).toBe(used);
    arena.check();
  });

  it('refuses to take the same memory back twice', () => {
    const arena = new Arena(MIB);
    const extent = arena.allocate(100);
    if (!extent) throw new Error('No room');
    arena.release(extent);
    expect(() => arena.release(extent)).toThrow();
  });

  it('keeps its books through 20,000 random operations', () => {
    const arena = new Arena(80 * MIB);
    const random = mulberry32(1);
    const held: { extent: Extent; size: number; mark: number }[] = [];
    for (let step = 0; step < 20_000; step++) {
      const size = Math.floor(20 * 2 ** (random() * 16));
      const extent = random() < 0.6 ? arena.allocate(size) : undefined;
      if (extent) {
        const mark = step & 0xff;
        fillEnds(extent, size, mark);
        held.push({ extent, size, mark });
      } else if (held.length > 0) {
        const [old] = held.splice(Math.floor(random() * held.length), 1);
        if (!old) continue;
        expect(ends(old.extent, old.size)).toEqual([old.mark, old.mark]);
        arena.release(old.extent);
      }
      if (step % 1000 === 0) arena.check();
    }
    for (const { extent } of held) arena.release(extent);
    expect(arena.usedBytes).toBe(0);
    arena.check();
  });
});

function fill(extent: Extent, length: number, mark: number): void {
  copyInto(extent, 0, Buffer.alloc(length, mark), 0, length);
}

function content(extent: Extent, length: number): number[] {
  const bytes: number[] = [];
  eachPiece(extent, 0, length, (memory, start, end) => bytes.push(...memory.subarray(start, end)));
  return bytes;
}

function fillEnds(extent: Extent, length: number, mark: number): void {
  copyInto(extent, 0, Buffer.of(mark), 0, 1);
  copyInto(extent, length - 1, Buffer.of(mark), 0, 1);
}

function ends(extent: Extent, length: number): (number | undefined)[] {
  const found: (number | undefined)[] = [];
  for (const offset of [0, length - 1])
    eachPiece(extent, offset, 1, (memory, start) => found.push(memory[start]));
  return found;
}

function shuffled<T>(items: readonly T[]): T[] {
  const random = mulberry32(2);
  return items
    .map((item) => ({ item, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

/** https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function mulberry32(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
