import { isGiven } from './pool-draft.ts';
import type { PoolLimits } from './pool-limits.ts';
import type { CacheConfig, NodeRecord, PoolState } from '../state/pool-state.ts';
import type { NodeSpec } from '../provisioners/provisioner.ts';
import type { Seen } from './seen.ts';

/** Something to be done to a node. Doing it twice does no harm. */
export type Effect =
  | { readonly kind: 'launch'; readonly id: string; readonly label: string; readonly spec: NodeSpec }
  | { readonly kind: 'stop'; readonly id: string; readonly label: string }
  | {
      readonly kind: 'configure';
      readonly id: string;
      readonly label: string;
      readonly config: CacheConfig;
    }
  | { readonly kind: 'empty'; readonly id: string; readonly label: string };

/** What is to be done to the nodes for the world to be as the state says. */
export function effectsOf(state: PoolState, seen: Seen, limits: PoolLimits): Effect[] {
  const told = state.nodes.filter(
    ({ id, state: nodeState }) =>
      nodeState !== 'STARTING' && nodeState !== 'GONE' && seen.health.get(id)?.isUp === true,
  );
  return [
    ...(limits.isElastic ? [...launchesOf(state, seen, limits), ...stopsOf(state, seen)] : []),
    ...told
      .filter((node) => toldVersion(node, seen) < state.config.version)
      .map(({ id, label }) => ({ kind: 'configure', id, label, config: state.config }) as const),
    ...told
      .filter(({ mustBeEmptied }) => mustBeEmptied)
      .map(({ id, label }) => ({ kind: 'empty', id, label }) as const),
  ];
}

/** A slot has its node launched once nothing else runs in it, and while fewer run than there may be. */
function launchesOf(state: PoolState, seen: Seen, limits: PoolLimits): Effect[] {
  const { running } = seen;
  if (running === undefined) return [];
  const slotById = new Map([...running.values()].map(({ id, slot }) => [id, slot]));
  for (const [id, { phase, slot }] of seen.launches) if (phase === 'UNDER_WAY') slotById.set(id, slot);
  const busySlots = new Set(slotById.values());
  return state.nodes
    .filter(
      ({ id, slot, state: nodeState }) =>
        nodeState === 'STARTING' && !running.has(id) && !seen.launches.has(id) && !busySlots.has(slot),
    )
    .slice(0, Math.max(0, limits.maxNodes - slotById.size))
    .map((node) => ({ kind: 'launch', id: node.id, label: node.label, spec: specOf(node, state) }));
}

/** Every node that runs though no record wants it to. */
function stopsOf(state: PoolState, seen: Seen): Effect[] {
  const wanted = new Set(state.nodes.filter((node) => node.state !== 'GONE').map(({ id }) => id));
  return [...(seen.running?.values() ?? [])]
    .filter(({ id }) => !wanted.has(id))
    .map(({ id, slot }) => ({ kind: 'stop', id, label: labelOf(state, id, slot) }));
}

/** Of a given node only what this process told it counts: it may have been started anew while nobody looked. */
function toldVersion(node: NodeRecord, seen: Seen): number {
  return isGiven(node) ? (seen.configured.get(node.id) ?? 0) : node.configVersion;
}

function specOf({ id, slot, label }: NodeRecord, { config, epoch }: PoolState): NodeSpec {
  return { id, slot, label, config, epoch };
}

function labelOf(state: PoolState, id: string, slot: number): string {
  return state.nodes.find((node) => node.id === id)?.label ?? `a node in slot ${slot}`;
}
