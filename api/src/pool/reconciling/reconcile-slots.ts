import type { PoolDraft } from './pool-draft.ts';
import type { PoolLimits } from './pool-limits.ts';
import type { NodeRecord } from '../state/pool-state.ts';
import type { RunningNode } from '../provisioners/provisioner.ts';
import { isPrepared, isUp } from './reconcile-nodes.ts';
import { failuresOf, isAddedSlot, targetSize } from './reconcile-resizes.ts';
import { slotLabel } from '../routing/ring.ts';
import type { Seen } from './seen.ts';

/** Writes down each given node that is not known yet. */
export function listGivenNodes(draft: PoolDraft, seen: Seen): void {
  if (seen.running === undefined) return;
  for (const given of seen.running.values()) {
    if (!draft.nodes.some(({ id }) => id === given.id)) draft.add(givenRecord(draft, given));
  }
  draft.desiredSize = seen.running.size;
}

/** Brings the slots to the size that the pool is to have: fills those that are empty, drains those that are too many. */
export function fillSlots(draft: PoolDraft, seen: Seen, limits: PoolLimits, newId: () => string): void {
  if (draft.resizes.length === 0)
    draft.desiredSize = Math.max(1, Math.min(draft.desiredSize, limits.maxNodes));
  const size = targetSize(draft, limits);
  for (let slot = 0; slot < size; slot++) {
    const node = draft.inSlot(slot);
    if (node === undefined) refill(draft, slot, limits, newId);
    else if (node.state === 'DRAINING' && mayStay(node, seen)) rejoin(draft, node, seen);
  }
  for (const node of draft.nodes) if (node.slot < size) heedNotice(draft, node, seen, limits);
  const canLeave = draft.nodes.some((node) => node.slot < size && node.state === 'READY');
  for (const node of draft.nodes) {
    if (node.slot >= size) empty(draft, node, canLeave, limits);
  }
}

/** Has nodes that are prepared join the ring: those of a resize in one step, others when all on their way are there or have been waited for. */
export function joinNodes(draft: PoolDraft, seen: Seen, limits: PoolLimits): void {
  const coming = draft.nodes.filter(({ state }) => state === 'STARTING' || state === 'JOINING');
  const prepared = coming.filter((node) => node.state === 'JOINING' && isPrepared(draft, node, seen));
  const added = coming.filter(({ slot }) => isAddedSlot(draft, slot));
  const others = coming.filter(({ slot }) => !isAddedSlot(draft, slot));
  const isWhole = isEverySlotFilled(draft) && added.every((node) => prepared.includes(node));
  const areAllThere = others.every((node) => prepared.includes(node));
  for (const node of prepared) {
    const mayJoin = added.includes(node)
      ? isWhole
      : areAllThere || draft.now - node.stateSince >= limits.gatherMs;
    if (mayJoin) draft.enter(node, 'READY', 'it has joined the ring');
  }
}

function givenRecord(draft: PoolDraft, { id, slot, address }: RunningNode): NodeRecord {
  return {
    ...newRecord(draft, id, slot),
    label: id,
    address,
    reason: 'it was given and has not answered yet',
    // Nobody knows what it holds and what of that has been deleted.
    mustBeEmptied: true,
  };
}

function newRecord(draft: PoolDraft, id: string, slot: number): NodeRecord {
  return {
    id,
    slot,
    label: slotLabel(slot),
    address: null,
    state: 'STARTING',
    stateSince: draft.now,
    reason: 'it is launched',
    launchedAt: draft.now,
    drainDeadline: null,
    configVersion: 0,
    mustBeEmptied: false,
  };
}

function refill(draft: PoolDraft, slot: number, limits: PoolLimits, newId: () => string): void {
  const failures = failuresOf(draft, slot).filter(({ stateSince }) => draft.now - stateSince < limits.goneMs);
  const backoffMs =
    failures.length < 2
      ? 0
      : Math.min(limits.lastBackoffMs, limits.firstBackoffMs * 2 ** (failures.length - 2));
  if (failures.length > 0 && draft.now - failures[0]!.stateSince < backoffMs) return;
  draft.add(newRecord(draft, newId(), slot));
}

/** Takes a node back that had been asked to leave. It has kept its entries. */
function rejoin(draft: PoolDraft, node: NodeRecord, seen: Seen): void {
  if (isPrepared(draft, node, seen)) {
    draft.enter(node, 'READY', 'it has joined the ring again', undefined, { drainDeadline: null });
  } else if (isUp(node, seen)) {
    const reason = 'it is to stay and is prepared';
    draft.enter(node, 'JOINING', reason, `${node.label}: ${reason}`, { drainDeadline: null });
  } else if (seen.health.has(node.id)) {
    const reason = 'it did not answer when it was to stay';
    draft.enter(node, 'GONE', reason, `${node.label} is gone: ${reason}`);
  }
}

/** Whether nobody is about to take the node away, as far as it is known. */
function mayStay(node: NodeRecord, seen: Seen): boolean {
  return seen.running !== undefined && seen.running.get(node.id)?.notice === undefined;
}

/** Drains a node that somebody is about to take away, while there is another one for its entries. Its slot is filled again once it is gone. */
function heedNotice(draft: PoolDraft, node: NodeRecord, seen: Seen, limits: PoolLimits): void {
  const notice = seen.running?.get(node.id)?.notice;
  if (notice === undefined || (node.state !== 'READY' && node.state !== 'SUSPECT')) return;
  if (!draft.nodes.some((other) => other.id !== node.id && other.state === 'READY')) return;
  const drainDeadline = draft.now + Math.min(limits.drainMs, limits.noticeMs);
  draft.enter(node, 'DRAINING', notice, `${node.label} is drained: ${notice}`, { drainDeadline });
}

/** Makes a node leave whose slot is one too many. */
function empty(draft: PoolDraft, node: NodeRecord, canLeave: boolean, limits: PoolLimits): void {
  if (node.state === 'STARTING' || node.state === 'JOINING') {
    const reason = 'it is not needed any more';
    const changes = { drainDeadline: draft.now };
    draft.enter(node, 'GONE', reason, `${node.label} is stopped: ${reason}`, changes);
  } else if (canLeave && (node.state === 'READY' || node.state === 'SUSPECT')) {
    const changes = { drainDeadline: draft.now + limits.drainMs };
    draft.enter(node, 'DRAINING', 'its entries are copied to their new owners', undefined, changes);
  }
}

function isEverySlotFilled(draft: PoolDraft): boolean {
  const resize = draft.underWay;
  if (resize === undefined) return true;
  for (let slot = resize.fromSize; slot < resize.toSize; slot++) {
    const state = draft.inSlot(slot)?.state;
    if (state === undefined || state === 'DRAINING') return false;
  }
  return true;
}
