import type { NodeAddress } from './node-address.ts';
import { Ring } from './ring.ts';

/** Where a node stands in its life. READY and SUSPECT nodes are the ring's members. */
export type NodeState = 'STARTING' | 'JOINING' | 'READY' | 'DRAINING' | 'SUSPECT' | 'GONE';

export interface PoolNode {
  /** Its place on the ring: `node-3` for a launched node, `host:port` for a static one. */
  readonly label: string;
  readonly address: NodeAddress;
  readonly state: NodeState;
}

/** What routing goes by: never edited, replaced by the one after it. */
export interface Topology {
  /** Goes up by one each time the ring's members change. */
  readonly epoch: number;
  readonly nodes: readonly PoolNode[];
  readonly ring: Ring;
}

export const EMPTY_TOPOLOGY: Topology = { epoch: 0, nodes: [], ring: new Ring([]) };

/** The topology that follows when the nodes are now these. The ring is built anew only when its members change. */
export function nextTopology(current: Topology, nodes: readonly PoolNode[]): Topology {
  const members = nodes.filter(isMember).map(({ label }) => label);
  return sameMembers(current.ring.members, members)
    ? { epoch: current.epoch, nodes, ring: current.ring }
    : { epoch: current.epoch + 1, nodes, ring: new Ring(members) };
}

function isMember(node: PoolNode): boolean {
  return node.state === 'READY' || node.state === 'SUSPECT';
}

function sameMembers(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && others.every((label) => some.includes(label));
}
