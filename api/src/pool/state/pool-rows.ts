import type { Tables } from '../../database/tables.ts';
import type { NodeRecord, PoolEvent, PoolState, Resize } from './pool-state.ts';

export type PoolRow = Tables['pool']['$inferSelect'];
export type NodeRow = Tables['nodes']['$inferSelect'];
export type ResizeRow = Tables['resizes']['$inferSelect'];
export type EventRow = Tables['poolEvents']['$inferSelect'];

/** What of the state is in the row of the pool. */
export type PoolFacts = Omit<PoolState, 'nodes' | 'resizes'>;

export function toPoolRow({ config, ...facts }: PoolFacts): Omit<PoolRow, 'id'> {
  const { capacityMiB, evictionPolicy, copyLimitMiBps, version } = config;
  return { ...facts, capacityMiB, evictionPolicy, copyLimitMiBps, configVersion: version };
}

export function fromPoolRow({ id: _, ...row }: PoolRow): PoolFacts {
  const { capacityMiB, evictionPolicy, copyLimitMiBps, configVersion: version, ...facts } = row;
  return { ...facts, config: { capacityMiB, evictionPolicy, copyLimitMiBps, version } };
}

export function toNodeRow(node: NodeRecord): NodeRow {
  return {
    ...node,
    stateSince: new Date(node.stateSince),
    launchedAt: new Date(node.launchedAt),
    drainDeadline: toTime(node.drainDeadline),
  };
}

export function fromNodeRow(row: NodeRow): NodeRecord {
  return {
    ...row,
    stateSince: row.stateSince.getTime(),
    launchedAt: row.launchedAt.getTime(),
    drainDeadline: fromTime(row.drainDeadline),
  };
}

/** `place` is the resize's in the queue. */
export function toResizeRow(resize: Resize, place: number): ResizeRow {
  return {
    ...resize,
    place,
    requestedAt: new Date(resize.requestedAt),
    startedAt: toTime(resize.startedAt),
    finishedAt: toTime(resize.finishedAt),
  };
}

export function fromResizeRow({ place: _, ...row }: ResizeRow): Resize {
  return {
    ...row,
    requestedAt: row.requestedAt.getTime(),
    startedAt: fromTime(row.startedAt),
    finishedAt: fromTime(row.finishedAt),
  };
}

export function toEventRow(event: PoolEvent): EventRow {
  return { ...event, at: new Date(event.at) };
}

export function fromEventRow(row: EventRow): PoolEvent {
  return { ...row, at: row.at.getTime() };
}

function toTime(at: number | null): Date | null {
  return at === null ? null : new Date(at);
}

function fromTime(at: Date | null): number | null {
  return at === null ? null : at.getTime();
}
