import { isMember, type PoolDraft } from './pool-draft.ts';
import type { PoolLimits } from './pool-limits.ts';
import type { NodeRecord, Resize } from '../state/pool-state.ts';
import type { Seen, SeenPass } from './seen.ts';

/** The size that the pool is to have now: that of the resize under way, or what the first in the queue sets out from. */
export function targetSize(draft: PoolDraft, limits: PoolLimits): number {
  const [first] = draft.resizes;
  const size = draft.underWay?.toSize ?? first?.fromSize ?? draft.desiredSize;
  return Math.max(1, Math.min(size, limits.maxNodes));
}

/** Whether a slot is one of those that the resize under way adds. They join in one step. */
export function isAddedSlot(draft: PoolDraft, slot: number): boolean {
  const resize = draft.underWay;
  return resize !== undefined && slot >= resize.fromSize && slot < resize.toSize;
}

/** Cancels and fails what has to be, and begins the next resize when none is under way. */
export function advanceResizes(draft: PoolDraft, limits: PoolLimits): void {
  for (const { id } of draft.resizes) endEarly(draft, id, limits);
  chain(draft, draft.resizes[0]?.fromSize);
  const [next] = draft.resizes;
  if (next?.state !== 'QUEUED') return;
  draft.changeResize(next.id, { state: 'RUNNING', reason: 'it is under way', startedAt: draft.now });
  draft.tell(`${nameOf(next)} began`);
}

/** Ends the resize under way when its nodes have joined and hold their entries, or have drained and stopped. */
export function finishResize(draft: PoolDraft, seen: Seen): void {
  const resize = draft.underWay;
  if (resize === undefined) return;
  const isDone = resize.toSize >= resize.fromSize ? hasGrown(draft, resize) : hasShrunk(draft, resize, seen);
  if (!isDone) return;
  const copied = `${resize.entriesCopied.toLocaleString('en-US')} entries, ${Math.round(resize.bytesCopied / 2 ** 20).toLocaleString('en-US')} MiB`;
  const seconds = Math.round((draft.now - (resize.startedAt ?? draft.now)) / 1000);
  end(draft, resize, 'DONE', `${copied} copied in ${seconds} s`);
}

/** Writes down how far the copying for the resize under way has come. */
export function noteProgress(draft: PoolDraft, pass: SeenPass | undefined): void {
  const resize = draft.underWay;
  if (resize === undefined || pass?.epoch !== draft.epoch || !hasChangedRing(draft, resize)) return;
  draft.changeResize(resize.id, pass.progress);
}

/** Whether the failures of a node are to be remembered for longer than it is listed. */
export function isCounted(draft: PoolDraft, node: NodeRecord): boolean {
  const startedAt = draft.underWay?.startedAt ?? Infinity;
  return isAddedSlot(draft, node.slot) && node.stateSince >= startedAt;
}

/** The nodes of a slot that went without having been asked to, the latest first. */
export function failuresOf(draft: PoolDraft, slot: number): NodeRecord[] {
  return draft.nodes
    .filter((node) => node.slot === slot && node.state === 'GONE' && node.drainDeadline === null)
    .toSorted((a, b) => b.stateSince - a.stateSince);
}

function endEarly(draft: PoolDraft, id: string, limits: PoolLimits): void {
  // The end of one before it may have changed what it sets out from.
  const resize = draft.resizes.find((other) => other.id === id)!;
  if (resize.cancelRequested) {
    end(draft, resize, 'CANCELLED', 'it was cancelled');
  } else if (!limits.isElastic) {
    end(draft, resize, 'CANCELLED', 'the nodes are given');
  } else if (resize.toSize > limits.maxNodes) {
    end(draft, resize, 'FAILED', `there may be no more than ${limits.maxNodes} nodes`);
  } else if (resize.id === draft.underWay?.id) {
    const failed = slots(resize.fromSize, resize.toSize)
      .map((slot) => failuresOf(draft, slot).filter((node) => isCounted(draft, node)))
      .find((failures) => failures.length >= limits.maxFailures);
    if (failed === undefined) return;
    const { label, reason } = failed[0]!;
    end(draft, resize, 'FAILED', `${label} failed ${failed.length} times; the last time ${reason}`);
  }
}

function end(draft: PoolDraft, resize: Resize, state: 'DONE' | 'CANCELLED' | 'FAILED', reason: string): void {
  const wasFirst = draft.resizes[0]?.id === resize.id;
  draft.changeResize(resize.id, { state, reason, finishedAt: draft.now });
  if (wasFirst) chain(draft, state === 'DONE' ? resize.toSize : resize.fromSize, true);
  const verb = { DONE: 'finished', CANCELLED: 'ended', FAILED: 'failed' }[state];
  draft.tell(`${nameOf(resize)} ${verb}: ${reason}`);
}

/** Has each resize in the queue set out from where the one before it leads, and the desired size be where the last one leads. */
function chain(draft: PoolDraft, fromSize: number | undefined, isAtRest = false): void {
  if (fromSize === undefined) return;
  let size = fromSize;
  for (const resize of draft.resizes) {
    if (resize.state === 'QUEUED') draft.changeResize(resize.id, { fromSize: size });
    size = resize.toSize;
  }
  if (isAtRest || draft.resizes.length > 0) draft.desiredSize = size;
}

function hasGrown(draft: PoolDraft, resize: Resize): boolean {
  return hasChangedRing(draft, resize) && draft.warmedEpoch === draft.epoch;
}

function hasShrunk(draft: PoolDraft, resize: Resize, seen: Seen): boolean {
  if (seen.running === undefined) return false;
  const isSurplus = ({ slot }: { slot: number }) => slot >= resize.toSize;
  return (
    ![...seen.running.values()].some(isSurplus) &&
    ![...seen.launches.values()].some((launch) => launch.phase === 'UNDER_WAY' && isSurplus(launch)) &&
    !draft.nodes.some((node) => isSurplus(node) && node.state !== 'GONE')
  );
}

/** Whether the ring's members are already what the resize makes of them. */
function hasChangedRing(draft: PoolDraft, { fromSize, toSize }: Resize): boolean {
  const isMemberAt = (slot: number) => {
    const node = draft.inSlot(slot);
    return node !== undefined && isMember(node);
  };
  return toSize >= fromSize
    ? slots(fromSize, toSize).every(isMemberAt)
    : !slots(toSize, fromSize).some(isMemberAt);
}

function slots(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}

function nameOf({ fromSize, toSize }: Resize): string {
  return `Resize from ${fromSize} to ${toSize}`;
}
