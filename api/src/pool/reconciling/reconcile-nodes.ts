import { isGiven, type PoolDraft } from './pool-draft.ts';
import type { PoolLimits } from './pool-limits.ts';
import type { NodeRecord } from '../state/pool-state.ts';
import type { Seen } from './seen.ts';

/** Writes down what is seen of the nodes, and moves each to the state that follows from it. */
export function observeNodes(draft: PoolDraft, seen: Seen, limits: PoolLimits): void {
  for (const { id } of draft.nodes) noteOutcomes(draft, id, seen);
  for (const node of draft.nodes) {
    const end = endOf(node, seen, limits);
    if (end !== undefined) onEnd(draft, node, end, limits);
    else onAnswer(draft, node, seen, limits);
  }
}

/** Whether a node has been told everything that it has to know before it is read. */
export function isPrepared(draft: PoolDraft, node: NodeRecord, seen: Seen): boolean {
  return isUp(node, seen) && node.configVersion === draft.config.version && !node.mustBeEmptied;
}

export function isUp(node: NodeRecord, seen: Seen): boolean {
  return seen.health.get(node.id)?.isUp === true;
}

function noteOutcomes(draft: PoolDraft, id: string, seen: Seen): void {
  const node = draft.nodes.find((other) => other.id === id)!;
  if (node.state === 'GONE' && !isGiven(node)) return;
  const launch = seen.launches.get(id);
  const address =
    seen.running?.get(id)?.address ?? (launch?.phase === 'LAUNCHED' ? launch.address : node.address);
  const configVersion = Math.max(node.configVersion, seen.configured.get(id) ?? 0);
  const mustBeEmptied = node.mustBeEmptied && !(seen.emptied.has(id) && isUp(node, seen));
  // The order of given nodes is the order in which they are given now.
  const slot = seen.running?.get(id)?.slot ?? node.slot;
  draft.change(id, { slot, address, configVersion, mustBeEmptied });
}

/** Why the node is known not to run any more, undefined while it may. */
function endOf(node: NodeRecord, seen: Seen, limits: PoolLimits): string | undefined {
  if (node.state === 'GONE') return undefined;
  if (isGiven(node) && limits.isElastic) return 'nodes are launched now, not given';
  if (!isGiven(node) && !limits.isElastic) return 'nodes are given now, not launched';
  const isMissing = seen.running !== undefined && !seen.running.has(node.id);
  if (isGiven(node)) return isMissing ? 'it is not among the given nodes any more' : undefined;
  const told = seen.ended.get(node.id);
  if (told !== undefined || !isMissing) return told;
  const wasLaunched =
    node.state !== 'STARTING' || node.address !== null || seen.launches.get(node.id)?.phase === 'LAUNCHED';
  return wasLaunched ? 'it has ended' : undefined;
}

function onEnd(draft: PoolDraft, node: NodeRecord, end: string, limits: PoolLimits): void {
  if (isGiven(node) || !limits.isElastic) {
    leave(draft, node, end);
  } else if (node.state === 'READY') {
    suspect(draft, node, end);
  } else if (node.state === 'SUSPECT') {
    if (draft.now - node.stateSince >= limits.endedSuspectMs) leave(draft, node, end);
  } else {
    leave(draft, node, end);
  }
}

function onAnswer(draft: PoolDraft, node: NodeRecord, seen: Seen, limits: PoolLimits): void {
  const health = seen.health.get(node.id);
  const down = health?.isUp === false ? health.reason : undefined;
  const stateMs = draft.now - node.stateSince;
  switch (node.state) {
    case 'STARTING':
      if (health?.isUp === true) becomeJoining(draft, node, 'it answers and is prepared');
      else if (!isGiven(node)) giveUpLaunch(draft, node, seen, limits);
      break;
    case 'JOINING':
      if (isGiven(node)) {
        if (down !== undefined) leave(draft, node, down);
      } else if (!isPrepared(draft, node, seen)) {
        giveUpLaunch(draft, node, seen, limits);
      }
      break;
    case 'READY':
      if (down !== undefined) suspect(draft, node, down);
      break;
    case 'SUSPECT':
      if (health?.isUp === true) {
        draft.enter(node, 'READY', 'it answers again', `${node.label} answers again`);
      } else if (down !== undefined && stateMs >= limits.suspectMs) {
        leave(draft, node, `it has not answered for ${Math.round(stateMs / 1000)} s: ${down}`);
      }
      break;
    case 'GONE':
      if (isGiven(node) && health?.isUp === true && seen.running?.has(node.id)) {
        becomeJoining(draft, node, 'it answers again and is prepared');
      }
      break;
    case 'DRAINING':
      break;
  }
}

function becomeJoining(draft: PoolDraft, node: NodeRecord, reason: string): void {
  draft.enter(node, 'JOINING', reason, `${node.label}: ${reason}`);
}

function suspect(draft: PoolDraft, node: NodeRecord, reason: string): void {
  // A given node may come back as another process, which knows nothing of what this one was told.
  const changes = isGiven(node) ? { configVersion: 0 } : {};
  draft.enter(node, 'SUSPECT', reason, `${node.label} is suspect: ${reason}`, changes);
}

/** Has the node go without having been asked to. A given one stays listed, and may come back. */
function leave(draft: PoolDraft, node: NodeRecord, reason: string): void {
  const changes = isGiven(node) ? { configVersion: 0, mustBeEmptied: true, drainDeadline: null } : {};
  const wasMember = node.state === 'READY' || node.state === 'SUSPECT';
  draft.enter(node, 'GONE', reason, wasMember ? undefined : `${node.label} is gone: ${reason}`, changes);
}

function giveUpLaunch(draft: PoolDraft, node: NodeRecord, seen: Seen, limits: PoolLimits): void {
  const launch = seen.launches.get(node.id);
  if (launch?.phase === 'FAILED' && node.state === 'STARTING') {
    leave(draft, node, `it could not be launched: ${launch.reason}`);
    return;
  }
  const since = seen.launchedSince.get(node.id);
  if (since === undefined) return;
  if (draft.now - Math.max(since, node.stateSince) < limits.startMs) return;
  const words = seen.lastWords.get(node.id) ?? '';
  const late = `it was not ready within ${Math.round(limits.startMs / 1000)} s`;
  leave(draft, node, words === '' ? late : `${late}; the last that it told: ${words}`);
}
