import { expect, it } from 'vitest';
import type { CacheNode } from './node-figures.ts';
import { poolTroubles } from './pool-troubles.ts';

it.each<{ nodes: Partial<CacheNode>[]; says: string[]; when: string }>([
  { when: 'all is well', nodes: [{ name: 'node-0' }, { name: 'node-1' }], says: [] },
  {
    when: 'a node does not answer',
    nodes: [{ name: 'node-0' }, { name: 'node-1', state: 'SUSPECT', reason: 'it is silent' }],
    says: ['node-1 does not answer: it is silent. Other nodes stand in for it.'],
  },
  {
    when: 'a lost node is being replaced',
    nodes: [
      { name: 'node-0' },
      { name: 'node-1', state: 'GONE', reason: 'was ended' },
      { name: 'node-1', state: 'STARTING' },
    ],
    says: ['node-1 was lost: was ended. Another node is being launched in its place.'],
  },
  {
    when: 'a lost node has been replaced',
    nodes: [{ name: 'node-0' }, { name: 'node-1', state: 'GONE' }, { name: 'node-1' }],
    says: [],
  },
  { when: 'there are too few', nodes: [{ name: 'node-0' }], says: ['Only 1 of 2 nodes is ready.'] },
])('says what is wrong when $when', ({ nodes, says }) => {
  const full = nodes.map((node) => ({ state: 'READY', reason: '', ...node })) as CacheNode[];
  expect(poolTroubles({ nodes: full, desiredSize: 2, resize: null })).toEqual(says);
});
