import { createHash } from 'node:crypto';
import HashRing from 'hashring';
import { describe, expect, it } from 'vitest';
import { Ring, slotLabel, staticLabel } from './ring.ts';

const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const keys = Array.from({ length: 5_000 }, (_, i) => `key-${i}`).concat(
  '',
  'a/b?c%d',
  'ключ',
  '🐟'.repeat(50),
  '..',
);

describe('Ring', () => {
  it.each([
    { labels: ['10.0.0.1:11212'] },
    { labels: ['10.0.0.1:11212', '10.0.0.2:11212', '10.0.0.3:11213'] },
    { labels: Array.from({ length: 20 }, (_, i) => `cache-${i}.example.com:1121${i % 10}`) },
  ])('gives every key the owner that hashring gives it, for $labels.length members', ({ labels }) => {
    const ring = new Ring(labels);
    const reference = new HashRing([...labels]);
    for (const key of keys) expect(ring.owner(md5(key))).toBe(reference.get(key));
  });

  it("leaves memcached's own port out of a static label, as libmemcached does", () => {
    const servers = [
      ['10.0.0.1', 11211],
      ['10.0.0.2', 11211],
      ['10.0.0.3', 11999],
    ] as const;
    const ring = new Ring(servers.map(([host, port]) => staticLabel(host, port)));
    const reference = new HashRing(
      servers.map(([host, port]) => `${host}:${port}`),
      'md5',
      { 'default port': 11211 },
    );
    for (const key of keys) expect(ring.owner(md5(key))).toBe(reference.get(key).replace(/:11211$/, ''));
  });

  it('does not depend on the order of the members', () => {
    const labels = [0, 1, 2, 3, 4].map(slotLabel);
    const [one, other] = [new Ring(labels), new Ring(labels.toReversed())];
    for (const key of keys) expect(one.owner(md5(key))).toBe(other.owner(md5(key)));
  });

  it('moves keys only to a member that joins', () => {
    const [before, after] = [
      new Ring(['node-0', 'node-1', 'node-2']),
      new Ring(['node-0', 'node-1', 'node-2', 'node-3']),
    ];
    const moved = keys.filter((key) => before.owner(md5(key)) !== after.owner(md5(key)));
    expect(moved.every((key) => after.owner(md5(key)) === 'node-3')).toBe(true);
    expect(moved.length / keys.length).toBeGreaterThan(0.15);
    expect(moved.length / keys.length).toBeLessThan(0.35);
  });

  it('wraps around behind the last point, and owns a key that falls on a point', () => {
    const ring = new Ring(['node-0', 'node-1']);
    expect(ring.owner('ff'.repeat(16))).toBe(ring.owner('00'.repeat(16)));
    const onPoint = md5('node-1-7');
    expect(ring.owner(onPoint)).toBe('node-1');
  });

  it('has no owner without members', () => {
    expect(new Ring([]).owner(md5('key'))).toBeUndefined();
    expect(new Ring([]).owner(md5('key'), () => true)).toBeUndefined();
  });

  it('gives the owner on the ring without the members that are not accepted', () => {
    const labels = [0, 1, 2, 3, 4].map(slotLabel);
    const ring = new Ring(labels);
    for (const down of [['node-1'], ['node-0', 'node-3'], ['node-0', 'node-1', 'node-2', 'node-4']]) {
      const without = new Ring(labels.filter((label) => !down.includes(label)));
      for (const key of keys.slice(-1_000)) {
        expect(ring.owner(md5(key), (label) => !down.includes(label))).toBe(without.owner(md5(key)));
      }
    }
    expect(ring.owner(md5('key'), () => false)).toBeUndefined();
  });

  it('knows what share of the circle each member owns', () => {
    const ring = new Ring([0, 1, 2].map(slotLabel));
    const shares = ring.ringShare();
    expect([...shares.values()].reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 10);
    const many = Array.from({ length: 20_000 }, (_, i) => ring.owner(md5(`${i}`)));
    for (const [label, share] of shares) {
      const owned = many.filter((owner) => owner === label).length / many.length;
      expect(Math.abs(owned - share)).toBeLessThan(0.02);
    }
    expect(new Ring(['only']).ringShare()).toEqual(new Map([['only', 1]]));
    expect(new Ring([]).ringShare()).toEqual(new Map());
  });
});
