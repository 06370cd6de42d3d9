import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { md5Words } from './md5.ts';
import { movedShare, ringArcs, ringShares } from './ring.ts';

describe('md5Words', () => {
  it.each(['', 'node-0-0', 'ключ 🐟', 'x'.repeat(55), 'x'.repeat(56), 'x'.repeat(64), 'x'.repeat(1000)])(
    'are those of MD5: %s',
    (text) => {
      const digest = createHash('md5').update(text).digest();
      expect([...md5Words(text)]).toEqual([0, 4, 8, 12].map((at) => digest.readUInt32LE(at)));
    },
  );
});

describe('the ring', () => {
  it('gives each node the share that the api gives it', () => {
    const shares = ringShares(ringArcs(['node-0', 'node-1', 'node-2']));
    expect(shares.get('node-0')).toBeCloseTo(0.3542074004653841, 9);
    expect(shares.get('node-1')).toBeCloseTo(0.31477011227980256, 9);
    expect(shares.get('node-2')).toBeCloseTo(0.3310224872548133, 9);
  });

  it('is covered by its arcs once, and neighbours have different owners', () => {
    const arcs = ringArcs(['node-0', 'node-1']);
    expect(arcs.at(-1)!.to - arcs[0]!.from).toBe(1);
    for (const [place, arc] of arcs.entries()) {
      if (place === 0) continue;
      expect(arc.from).toBe(arcs[place - 1]!.to);
      expect(arc.owner).not.toBe(arcs[place - 1]!.owner);
    }
  });

  it('is one arc for one node, and none without nodes', () => {
    expect(ringArcs(['node-0'])).toHaveLength(1);
    expect(ringArcs([])).toEqual([]);
  });

  it('moves only what goes to nodes that join or from nodes that leave', () => {
    const three = ['node-0', 'node-1', 'node-2'];
    expect(movedShare(three, three)).toBe(0);
    expect(movedShare(['node-0', 'node-1'], three)).toBeCloseTo(0.3310224872548133, 9);
    expect(movedShare(three, ['node-0'])).toBeCloseTo(0.31477011227980256 + 0.3310224872548133, 9);
  });
});
