import { isGiven, PoolDraft } from './pool-draft.ts';
import type { PoolChange } from '../state/pool-store.ts';
import type { PoolState } from '../state/pool-state.ts';

/** The pool after an orderly end: no launched node is left, and none counts as failed. */
export function stopAll(state: PoolState, now: number): PoolChange | undefined {
  const draft = new PoolDraft(state, now);
  for (const node of state.nodes) {
    if (node.state === 'GONE' || isGiven(node)) continue;
    const reason = 'it was stopped with the api';
    draft.enter(node, 'GONE', reason, `${node.label} is stopped: ${reason}`, { drainDeadline: now });
  }
  if (draft.members.length > 0) {
    draft.epoch++;
    draft.members = [];
  }
  draft.previousMembers = [];
  draft.warmedEpoch = draft.epoch;
  const next = draft.finish();
  return next.state === state ? undefined : next;
}
