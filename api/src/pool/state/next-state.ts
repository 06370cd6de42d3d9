import { isDeepStrictEqual } from 'node:util';
import type { NodeRecord, PoolEvent, PoolState, Resize, ResizeState } from './pool-state.ts';
import type { PoolChange } from './pool-store.ts';

/** How many events, and how many finished resizes, are kept. */
export const KEPT_COUNT = 1000;

/** The states of resizes that are in the queue. */
export const UNFINISHED: ResizeState[] = ['QUEUED', 'RUNNING', 'PAUSED'];

/** What the first start writes down. */
export interface FirstSettings {
  readonly desiredSize: number;
  readonly capacityMiB: number;
}

/** What a store has to write down for a change. */
export interface NextState {
  readonly state: PoolState;
  /** Resizes that are in the history from now on. */
  readonly finished: readonly Resize[];
  readonly events: readonly Omit<PoolEvent, 'id'>[];
}

export function firstState({ desiredSize, capacityMiB }: FirstSettings): PoolState {
  return {
    revision: 1,
    desiredSize,
    epoch: 0,
    members: [],
    previousMembers: [],
    warmedEpoch: 0,
    config: { capacityMiB, evictionPolicy: 'lru', copyLimitMiBps: 64, version: 1 },
    nodes: [],
    resizes: [],
  };
}

/** Undefined where the change changes nothing and tells of nothing. */
export function nextState(before: PoolState, change: PoolChange | undefined): NextState | undefined {
  if (change === undefined) return undefined;
  const { state, events = [] } = change;
  const next: PoolState = {
    ...state,
    revision: before.revision,
    nodes: inOrder(state.nodes),
    resizes: state.resizes.filter((resize) => !isFinished(resize)),
  };
  if (events.length === 0 && isDeepStrictEqual(next, before)) return undefined;
  return {
    state: { ...next, revision: before.revision + 1 },
    finished: state.resizes.filter(isFinished),
    events,
  };
}

/** Nodes by slot; those of one slot by their launch. */
export function inOrder(nodes: readonly NodeRecord[]): NodeRecord[] {
  return nodes.toSorted(
    (a, b) => a.slot - b.slot || a.launchedAt - b.launchedAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
}

function isFinished({ state }: Resize): boolean {
  return !UNFINISHED.includes(state);
}
