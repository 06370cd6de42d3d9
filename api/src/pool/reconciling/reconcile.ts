import { PoolDraft } from './pool-draft.ts';
import { effectsOf, type Effect } from './pool-effects.ts';
import type { PoolLimits } from './pool-limits.ts';
import type { PoolEvent, PoolState } from '../state/pool-state.ts';
import { observeNodes } from './reconcile-nodes.ts';
import { advanceResizes, finishResize, noteProgress } from './reconcile-resizes.ts';
import { changeRing, endWarming, forgetGone, releaseDrained } from './reconcile-ring.ts';
import { fillSlots, joinNodes, listGivenNodes } from './reconcile-slots.ts';
import type { Seen } from './seen.ts';
import { passOf, type Pass } from './asked-pass.ts';

/** What follows from a state and from what is seen. */
export interface Reconciliation {
  /** The very state that was given when nothing is to be changed. */
  readonly state: PoolState;
  readonly events: readonly Omit<PoolEvent, 'id'>[];
  /** What is to be done once the state is written down. Each is asked for again until it is seen to be done. */
  readonly effects: readonly Effect[];
  /** The pass of warming that is to be under way. */
  readonly pass: Pass | undefined;
}

/**
 * One step of the pool towards what it should be. It goes by levels, not by edges: the same state and sight give the same step,
 * whoever takes it and whatever was tried before, so that it may be repeated, or be left half done by a process that is killed.
 * @param newId makes the ids of nodes
 */
export function reconcile(
  state: PoolState,
  seen: Seen,
  now: number,
  limits: PoolLimits,
  newId: () => string,
): Reconciliation {
  const draft = new PoolDraft(state, now);
  noteProgress(draft, seen.pass);
  endWarming(draft, seen.pass);
  observeNodes(draft, seen, limits);
  advanceResizes(draft, limits);
  if (limits.isElastic) fillSlots(draft, seen, limits, newId);
  else listGivenNodes(draft, seen);
  joinNodes(draft, seen, limits);
  changeRing(draft);
  releaseDrained(draft, limits);
  finishResize(draft, seen);
  forgetGone(draft, seen, limits);
  const next = draft.finish();
  return { ...next, effects: effectsOf(next.state, seen, limits), pass: passOf(next.state) };
}
