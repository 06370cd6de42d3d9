import type { NodeRecord, PoolState } from '../state/pool-state.ts';
import type { WarmingNode } from '../warming/warming.ts';

/** One round of copying: what brings the entries to the owners that an epoch gives them. */
export interface Pass {
  readonly epoch: number;
  readonly members: readonly string[];
  readonly nodes: readonly WarmingNode[];
}

/** The pass that a state asks for; undefined when every owner has what it can have. */
export function passOf(state: PoolState): Pass | undefined {
  if (state.warmedEpoch === state.epoch || state.members.length === 0) return undefined;
  return { epoch: state.epoch, members: state.members, nodes: servingNodes(state) };
}

/** The nodes whose entries can be had: members and draining ones. */
export function servingNodes(state: PoolState): WarmingNode[] {
  return state.nodes.filter(isServing).map(({ label, address }) => ({ label, address }));
}

/** Nothing is under way that would make the pass, or the trim after it, vain. */
export function isQuiet(state: PoolState): boolean {
  return (
    state.warmedEpoch === state.epoch &&
    state.resizes.length === 0 &&
    state.nodes.every((node) => node.state === 'READY' || node.state === 'GONE')
  );
}

function isServing(node: NodeRecord): node is NodeRecord & { readonly address: string } {
  const serves = node.state === 'READY' || node.state === 'SUSPECT' || node.state === 'DRAINING';
  return serves && node.address !== null;
}
