import { describe, expect, it } from 'vitest';
import { EMPTY_TOPOLOGY, nextTopology, type NodeState, type PoolNode } from './topology.ts';

describe('nextTopology', () => {
  const start = nextTopology(EMPTY_TOPOLOGY, [node('node-0', 'READY'), node('node-1', 'READY')]);

  it.each<{ change: string; nodes: PoolNode[]; epoch: number; members: string[] }>([
    {
      change: 'a member is suspected',
      nodes: [node('node-0', 'SUSPECT'), node('node-1', 'READY')],
      epoch: 1,
      members: ['node-0', 'node-1'],
    },
    {
      change: 'a node is starting',
      nodes: [node('node-0', 'READY'), node('node-1', 'READY'), node('node-2', 'STARTING')],
      epoch: 1,
      members: ['node-0', 'node-1'],
    },
    {
      change: 'a node has become ready',
      nodes: [node('node-0', 'READY'), node('node-1', 'READY'), node('node-2', 'READY')],
      epoch: 2,
      members: ['node-0', 'node-1', 'node-2'],
    },
    {
      change: 'a member drains',
      nodes: [node('node-0', 'READY'), node('node-1', 'DRAINING')],
      epoch: 2,
      members: ['node-0'],
    },
    { change: 'the order differs', nodes: start.nodes.toReversed(), epoch: 1, members: ['node-0', 'node-1'] },
  ])('has epoch $epoch after: $change', ({ nodes, epoch, members }) => {
    const next = nextTopology(start, nodes);
    expect(next.epoch).toBe(epoch);
    expect(next.nodes).toBe(nodes);
    expect(next.ring.members).toEqual(members);
    expect(next.ring === start.ring).toBe(epoch === start.epoch);
  });

  it('leaves the topology before as it was', () => {
    nextTopology(start, []);
    expect(start.epoch).toBe(1);
    expect(start.ring.members).toEqual(['node-0', 'node-1']);
  });
});

function node(label: string, state: NodeState): PoolNode {
  return { label, state, address: { path: `/tmp/${label}.sock` } };
}
