/** Where a node stands in its life. READY and SUSPECT nodes are the ring's members. */
export type NodeState = 'STARTING' | 'JOINING' | 'READY' | 'DRAINING' | 'SUSPECT' | 'GONE';

/** What a full node throws out, by its name on the wire (`policy NAME`). */
export const EVICTION_POLICIES = [
  'lru',
  'random',
  'fifo',
  'clock',
  'lfu',
  'sieve',
  's3-fifo',
  'w-tinylfu',
  'arc',
] as const;
export type EvictionPolicy = (typeof EVICTION_POLICIES)[number];

/** How every node is to be set. */
export interface CacheConfig {
  /** Of one node. */
  readonly capacityMiB: number;
  readonly evictionPolicy: EvictionPolicy;
  /** The most that resizes copy, all nodes together. */
  readonly copyLimitMiBps: number;
  /** Goes up by one with each change; a node that was told an older one is told again. */
  readonly version: number;
}

/** One node as it is written down, from before it is launched until after it is gone. */
export interface NodeRecord {
  /** UUIDv7 of a launched node, its label for a given one. */
  readonly id: string;
  readonly slot: number;
  /** Its place on the ring. A replacement has its predecessor's. */
  readonly label: string;
  /** `unix:PATH` or `host:port`. Null until the provisioner has told it. */
  readonly address: string | null;
  readonly state: NodeState;
  /** Milliseconds since the Unix epoch, here and below. */
  readonly stateSince: number;
  /** Why it is in this state, in words. */
  readonly reason: string;
  readonly launchedAt: number;
  /** A draining node may be stopped from then on, copied or not. Null otherwise. */
  readonly drainDeadline: number | null;
  /** The version of the configuration that it was last told; 0 for none. */
  readonly configVersion: number;
  /** It may hold what was deleted while it could not be told, and is emptied before it is read again. */
  readonly mustBeEmptied: boolean;
}

export const RESIZE_STATES = ['QUEUED', 'RUNNING', 'PAUSED', 'DONE', 'CANCELLED', 'FAILED'] as const;
export type ResizeState = (typeof RESIZE_STATES)[number];

/** A change of the desired size. One is under way at a time, in the order in which they were asked for. */
export interface Resize {
  /** UUIDv7. */
  readonly id: string;
  /** The size that it set out from; the one before in the queue's until it starts. */
  readonly fromSize: number;
  readonly toSize: number;
  readonly state: ResizeState;
  /** Why it is in this state, in words. */
  readonly reason: string;
  readonly requestedAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** It was asked to go back to where it set out from, and does so at the next chance. */
  readonly cancelRequested: boolean;
  /** Entries and bytes that have to be copied; null until they are counted. */
  readonly entriesTotal: number | null;
  readonly bytesTotal: number | null;
  readonly entriesCopied: number;
  readonly bytesCopied: number;
}

/** Something that happened to the pool, in words for a person. */
export interface PoolEvent {
  /** UUIDv7. */
  readonly id: string;
  readonly at: number;
  /** The label of the node that it is about. */
  readonly node: string | null;
  readonly text: string;
}

/** The pool as it is written down: all that a restarted process needs to go on. */
export interface PoolState {
  /** Goes up by one with each change of anything here. */
  readonly revision: number;
  /** What was asked for last: the size after all resizes in the queue. */
  readonly desiredSize: number;
  readonly epoch: number;
  /** Labels of the ring's members. */
  readonly members: readonly string[];
  /** Members of the rings before, the latest first, while their nodes may hold entries that the owners lack. At most three. */
  readonly previousMembers: readonly (readonly string[])[];
  /** The last epoch whose entries have all been copied to their owners. */
  readonly warmedEpoch: number;
  readonly config: CacheConfig;
  /** Every node, those that have been gone for a minute left out. */
  readonly nodes: readonly NodeRecord[];
  /** The unfinished ones in their order. Finished ones are only in the history of resizes. */
  readonly resizes: readonly Resize[];
}
