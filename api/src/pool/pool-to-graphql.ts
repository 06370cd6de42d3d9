import { type CacheConfigType, EvictionPolicy } from './cache-config.type.ts';
import type { CacheNode } from './node.type.ts';
import type { PoolSnapshot } from './pool-service.ts';
import { isGiven } from './reconciling/pool-draft.ts';
import type { NodeRecord, PoolEvent, Resize } from './state/pool-state.ts';
import type { NodeReport } from './pool-view.ts';
import type { PoolEventType } from './pool.type.ts';
import type { ResizeType } from './resize.type.ts';

/** `report` is undefined while the node does not answer. */
export function toCacheNode(
  node: NodeRecord,
  report: NodeReport | undefined,
  ringShares: ReadonlyMap<string, number>,
): CacheNode {
  const { id, label, address, state, stateSince, reason, launchedAt } = node;
  const isMember = state === 'READY' || state === 'SUSPECT';
  return {
    id,
    name: label,
    address,
    state,
    since: new Date(stateSince),
    reason,
    launchedAt: new Date(launchedAt),
    ringShare: isMember ? (ringShares.get(label) ?? null) : null,
    evictionPolicy: policyNamed(report?.evictionPolicy),
    items: report?.counters.items ?? null,
    bytes: report?.counters.bytes ?? null,
    capacityBytes: report?.counters.capacityBytes ?? null,
    hits: report?.counters.hits ?? null,
    misses: report?.counters.misses ?? null,
  };
}

/** `bytesPerSecond` is undefined while the resize does not copy. */
export function toResize(resize: Resize, bytesPerSecond?: number): ResizeType {
  const { requestedAt, startedAt, finishedAt, bytesTotal, bytesCopied } = resize;
  const isPaceKnown = resize.state === 'RUNNING' && bytesPerSecond !== undefined;
  const canTellEnd = isPaceKnown && bytesPerSecond > 0 && bytesTotal !== null;
  return {
    ...resize,
    requestedAt: new Date(requestedAt),
    startedAt: startedAt === null ? null : new Date(startedAt),
    finishedAt: finishedAt === null ? null : new Date(finishedAt),
    bytesPerSecond: isPaceKnown ? bytesPerSecond : null,
    secondsLeft: canTellEnd ? Math.max(0, bytesTotal - bytesCopied) / bytesPerSecond : null,
  };
}

export function toPoolEvent({ id, at, node, text }: PoolEvent): PoolEventType {
  return { id, at: new Date(at), node, text };
}

export function toCacheConfig({ config, nodes }: PoolSnapshot): CacheConfigType {
  const { capacityMiB, evictionPolicy, copyLimitMiBps, version } = config;
  // A given node that is away is told when it comes back.
  const pending = nodes.filter(
    (node) => node.configVersion < version && (node.state !== 'GONE' || isGiven(node)),
  );
  return { capacityMiB, evictionPolicy, copyLimitMiBps, pendingNodes: pending.map(({ label }) => label) };
}

function policyNamed(name: string | undefined): EvictionPolicy | null {
  return Object.values(EvictionPolicy).find((policy) => policy === name) ?? null;
}
