import { firstState } from '../src/pool/state/next-state.ts';
import { USUAL_LIMITS, type PoolLimits } from '../src/pool/reconciling/pool-limits.ts';
import type { NodeRecord, PoolState, Resize } from '../src/pool/state/pool-state.ts';
import { reconcile, type Reconciliation } from '../src/pool/reconciling/reconcile.ts';
import type { Seen } from '../src/pool/reconciling/seen.ts';

/** The time at which the tests reconcile. */
export const NOW = 1_000_000;

/** A launched node of slot N is called node-N, a given one like its address. It has been in its state for a minute. */
export function node(
  slot: number,
  state: NodeRecord['state'],
  changes: Partial<NodeRecord> = {},
): NodeRecord {
  return {
    id: `id-${slot}`,
    slot,
    label: `node-${slot}`,
    address: `unix:/node-${slot}`,
    state,
    stateSince: NOW - 60_000,
    reason: 'it was so before',
    launchedAt: NOW - 60_000,
    drainDeadline: null,
    configVersion: 1,
    mustBeEmptied: false,
    ...changes,
  };
}

export function given(
  slot: number,
  state: NodeRecord['state'],
  changes: Partial<NodeRecord> = {},
): NodeRecord {
  const address = `10.0.0.${slot}`;
  return node(slot, state, { id: address, label: address, address, ...changes });
}

export function resize(fromSize: number, toSize: number, changes: Partial<Resize> = {}): Resize {
  return {
    id: `resize-${fromSize}-${toSize}`,
    fromSize,
    toSize,
    state: 'RUNNING',
    reason: 'it is under way',
    requestedAt: NOW - 20_000,
    startedAt: NOW - 12_000,
    finishedAt: null,
    cancelRequested: false,
    entriesTotal: null,
    bytesTotal: null,
    entriesCopied: 0,
    bytesCopied: 0,
    ...changes,
  };
}

/** A pool at rest in epoch 7 with these nodes, unless told otherwise. */
export function pool(nodes: readonly NodeRecord[], changes: Partial<PoolState> = {}): PoolState {
  const members = nodes
    .filter(({ state }) => state === 'READY' || state === 'SUSPECT')
    .map(({ label }) => label);
  return {
    ...firstState({ desiredSize: Math.max(1, members.length), capacityMiB: 64 }),
    epoch: 7,
    warmedEpoch: 7,
    members,
    nodes,
    ...changes,
  };
}

/** What is seen when every node runs and answers, but for those that are named. */
export function seen(
  state: PoolState,
  { dead = [], silent = [], ...changes }: Partial<Seen> & { dead?: string[]; silent?: string[] } = {},
): Seen {
  const running = state.nodes.filter(({ id, state }) => !dead.includes(id) && state !== 'GONE');
  return {
    running: new Map(running.map((node) => [node.id, { ...node, address: node.address ?? '' }])),
    launches: new Map(),
    ended: new Map(),
    health: new Map(
      state.nodes.map(({ id }) => [
        id,
        dead.includes(id) || silent.includes(id)
          ? ({ isUp: false, reason: 'it is silent' } as const)
          : ({ isUp: true } as const),
      ]),
    ),
    launchedSince: new Map(state.nodes.map(({ id, launchedAt }) => [id, launchedAt])),
    configured: new Map(),
    emptied: new Set(),
    lastWords: new Map(),
    pass: undefined,
    ...changes,
  };
}

export const LIMITS: PoolLimits = { ...USUAL_LIMITS, maxNodes: 8, isElastic: true };

/** One reconciliation. New nodes get the ids new-0, new-1, ... */
export function step(
  state: PoolState,
  sight: Seen = seen(state),
  limits: Partial<PoolLimits> = {},
): Reconciliation {
  let count = 0;
  return reconcile(state, sight, NOW, { ...LIMITS, ...limits }, () => `new-${count++}`);
}

/** Each node and its state, in a few words. */
export function states({ nodes }: PoolState): string[] {
  return nodes.map(({ id, state }) => `${id} ${state}`);
}

/** Each effect in two words. */
export function effects({ effects }: Reconciliation): string[] {
  return effects.map(({ kind, id }) => `${kind} ${id}`);
}

export function told({ events }: Reconciliation): string[] {
  return events.map(({ text }) => text);
}
