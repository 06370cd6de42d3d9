import { describe, expect, it } from 'vitest';
import { nodeFigures, poolFigures, type CacheNode } from './node-figures.ts';

describe('poolFigures', () => {
  it('divides sums, not rates, and leaves out nodes that do not answer', () => {
    const nodes = [
      nodeOf({ hits: 90, misses: 10, items: 4 }),
      nodeOf({ hits: 0, misses: 100, items: 1 }),
      silent,
    ];
    expect(poolFigures(nodes)).toEqual({ items: 5, bytes: 200, capacityBytes: 2000, hitRate: 0.45 });
  });

  it('has no data where no node answers', () => {
    expect(poolFigures([silent]).items).toBeUndefined();
  });
});

describe('nodeFigures', () => {
  it('takes no reads for no data', () => {
    expect(nodeFigures(nodeOf({ hits: 0, misses: 0 })).hitRate).toBeUndefined();
    expect(nodeFigures(nodeOf({ hits: 0, misses: 1 })).hitRate).toBe(0);
  });
});

const silent = nodeOf({
  state: 'SUSPECT',
  items: null,
  bytes: null,
  capacityBytes: null,
  hits: null,
  misses: null,
});

function nodeOf(part: Partial<CacheNode>): CacheNode {
  return {
    id: 'n0',
    name: 'node-0',
    since: '2026-01-01T00:00:00Z',
    launchedAt: '2026-01-01T00:00:00Z',
    reason: '',
    ringShare: 1,
    evictionPolicy: 'LRU',
    address: '127.0.0.1:1',
    state: 'READY',
    items: 0,
    bytes: 100,
    capacityBytes: 1000,
    hits: 0,
    misses: 0,
    ...part,
  };
}
