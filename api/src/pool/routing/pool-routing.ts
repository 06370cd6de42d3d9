import type { NodeClients } from '../nodes/node-clients.ts';
import type { Routing } from './pool-cache.ts';
import type { NodeRecord, PoolState } from '../state/pool-state.ts';
import { Ring } from './ring.ts';

/** A pool that nothing is known of yet. */
export const NO_ROUTING: Routing = { ring: new Ring([]), previous: [], clients: new Map(), allClients: [] };

/** What to route by when the pool is in this state. Rings of the routing before are kept where their members are the same. */
export function routingOf(state: PoolState, clients: NodeClients, before: Routing): Routing {
  const known = [before.ring, ...before.previous];
  const ringOf = (members: readonly string[]) =>
    known.find((ring) => sameMembers(ring.members, members)) ?? new Ring(members);
  const reading = state.nodes.flatMap((node) => {
    const client = isReadable(node) ? clients.get(node.id) : undefined;
    return client === undefined ? [] : [[node.label, client] as const];
  });
  return {
    ring: ringOf(state.members),
    previous: state.previousMembers.map(ringOf),
    clients: new Map(reading),
    allClients: clients.all(),
  };
}

function isReadable({ state, mustBeEmptied }: NodeRecord): boolean {
  return !mustBeEmptied && (state === 'READY' || state === 'SUSPECT' || state === 'DRAINING');
}

function sameMembers(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && others.every((label) => some.includes(label));
}
