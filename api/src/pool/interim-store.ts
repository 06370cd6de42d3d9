import type { PoolState } from './pool-state.ts';
import type { PoolStore } from './pool-store.ts';
import type { Pool } from './pool.ts';

/** The nodes of a pool that is not written down yet, shown as if they were. What is asked of it is kept, and nobody acts on it. */
export function interimStore(pool: Pool, capacityMiB: number): PoolStore {
  const startedAt = Date.now();
  const show = (): Pick<PoolState, 'epoch' | 'members' | 'nodes'> => ({
    epoch: pool.topology.epoch,
    members: pool.topology.ring.members,
    nodes: pool.topology.nodes.map(({ label, address, state }, slot) => ({
      id: label,
      slot,
      label,
      address: 'path' in address ? `unix:${address.path}` : `${address.host}:${address.port}`,
      state,
      stateSince: startedAt,
      reason: '',
      launchedAt: startedAt,
      drainDeadline: null,
      configVersion: 1,
      mustBeEmptied: false,
    })),
  });
  let state: PoolState = {
    revision: 1,
    desiredSize: pool.desiredSize,
    previousMembers: [],
    warmedEpoch: 0,
    config: { capacityMiB, evictionPolicy: 'lru', copyLimitMiBps: 64, version: 1 },
    resizes: [],
    ...show(),
  };
  return {
    load: async () => (state = { ...state, ...show() }),
    revision: async () => state.revision,
    update: async (change) => (state = { ...(change({ ...state, ...show() })?.state ?? state) }),
    lead: async () => true,
    resign: async () => {},
    events: async () => [],
    finishedResizes: async () => [],
  };
}
