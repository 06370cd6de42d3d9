import { isMember, type PoolDraft } from './pool-draft.ts';
import type { PoolLimits } from './pool-limits.ts';
import type { NodeRecord } from '../state/pool-state.ts';
import { isCounted } from './reconcile-resizes.ts';
import type { Seen, SeenPass } from './seen.ts';

const MOST_PREVIOUS = 3;

/** Ends the warming of the present epoch when its pass has come through. */
export function endWarming(draft: PoolDraft, pass: SeenPass | undefined): void {
  if (pass?.epoch !== draft.epoch || !pass.isDone || draft.warmedEpoch === draft.epoch) return;
  draft.warmedEpoch = draft.epoch;
  draft.previousMembers = [];
}

/** Makes the members of the ring those that are READY or SUSPECT, one epoch later if they differ. */
export function changeRing(draft: PoolDraft): void {
  const before = draft.members;
  const members = draft.nodes
    .filter(isMember)
    .toSorted((a, b) => a.slot - b.slot)
    .map(({ label }) => label);
  const joined = members.filter((label) => !before.includes(label));
  const left = before.filter((label) => !members.includes(label));
  if (joined.length === 0 && left.length === 0) return;
  draft.epoch++;
  draft.members = members;
  // What an ejected node held is lost: only who drains, or owned what others own now, can be asked or copied from.
  const hasEntries =
    joined.length > 0 || draft.nodes.some((node) => left.includes(node.label) && isDraining(node));
  if (hasEntries && before.length > 0) draft.previousMembers = withPrevious(before, draft);
  if (draft.previousMembers.length === 0) draft.warmedEpoch = draft.epoch;
  tell(draft, joined, left);
}

/** Lets go of draining nodes whose entries are with their new owners, or whose time is up. While a resize is paused, no time counts. */
export function releaseDrained(draft: PoolDraft, limits: PoolLimits): void {
  const isPaused = draft.underWay?.state === 'PAUSED';
  for (const node of draft.nodes.filter(isDraining)) {
    if (draft.warmedEpoch === draft.epoch) {
      release(draft, node, 'its entries are with their new owners');
    } else if (isPaused) {
      draft.change(node.id, { drainDeadline: null });
    } else if (node.drainDeadline === null) {
      draft.change(node.id, { drainDeadline: draft.now + limits.drainMs });
    } else if (node.drainDeadline <= draft.now) {
      release(draft, node, 'its deadline has passed before all entries were copied');
    }
  }
}

/** Forgets nodes that have been gone for long enough. */
export function forgetGone(draft: PoolDraft, seen: Seen, limits: PoolLimits): void {
  const forgotten = draft.nodes.filter(
    (node) =>
      node.state === 'GONE' &&
      draft.now - node.stateSince >= limits.goneMs &&
      seen.running !== undefined &&
      !seen.running.has(node.id) &&
      !isCounted(draft, node),
  );
  draft.remove(new Set(forgotten.map(({ id }) => id)));
}

function isDraining(node: NodeRecord): boolean {
  return node.state === 'DRAINING';
}

function withPrevious(before: readonly string[], draft: PoolDraft): readonly (readonly string[])[] {
  const rings = [before, ...draft.previousMembers].filter((ring) => !areSame(ring, draft.members));
  return rings
    .filter((ring, index) => rings.findIndex((other) => areSame(ring, other)) === index)
    .slice(0, MOST_PREVIOUS);
}

function areSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && others.every((label) => some.includes(label));
}

function release(draft: PoolDraft, node: NodeRecord, reason: string): void {
  const drainDeadline = node.drainDeadline ?? draft.now;
  draft.enter(node, 'GONE', reason, `${node.label} is stopped: ${reason}`, { drainDeadline });
}

function tell(draft: PoolDraft, joined: readonly string[], left: readonly string[]): void {
  for (const label of left) {
    const node = draft.nodes.find(
      ({ label: other, state, stateSince }) =>
        other === label && stateSince === draft.now && (state === 'DRAINING' || state === 'GONE'),
    );
    const why = node?.state === 'GONE' ? `: ${node.reason}` : ' and is drained';
    draft.tell(`${label} left the ring${why}: epoch ${draft.epoch}`, label);
  }
  for (const label of joined) draft.tell(`${label} joined the ring: epoch ${draft.epoch}`, label);
}
