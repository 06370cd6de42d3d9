import type { CacheConfig, PoolState } from '../src/pool/state/pool-state.ts';
import { makeNode, makeResize } from './pool-records.ts';

const NOW = Date.UTC(2026, 1, 3);

export const EVENT = { at: NOW, node: 'node-0', text: 'node-0 joined the ring: epoch 1' };

/** A pool in which every field has something to show. */
export function makeBusyPool(config: CacheConfig): Partial<PoolState> {
  const at = (secondsAgo: number) => NOW - secondsAgo * 1000;
  return {
    desiredSize: 4,
    epoch: 5,
    members: ['node-0'],
    config: {
      ...config,
      evictionPolicy: 's3-fifo',
      capacityMiB: 64,
      copyLimitMiBps: 10,
      version: 2,
    } as const,
    nodes: [
      makeNode({
        id: 'a',
        address: 'unix:/a.sock',
        state: 'READY',
        stateSince: at(30),
        reason: 'it has joined the ring',
        launchedAt: at(60),
        configVersion: 2,
      }),
      makeNode({ id: 'b', slot: 1, label: 'node-1', configVersion: 1, stateSince: at(5), launchedAt: at(5) }),
    ],
    resizes: [
      makeResize({
        id: 'running',
        state: 'RUNNING',
        requestedAt: at(20),
        startedAt: at(10),
        entriesTotal: 100,
        entriesCopied: 25,
        bytesTotal: 8_000_000_000,
        bytesCopied: 2_000_000_000,
      }),
      makeResize({ id: 'queued', fromSize: 3, toSize: 4, requestedAt: at(1) }),
      makeResize({ id: 'done', state: 'DONE', requestedAt: at(99), startedAt: at(98), finishedAt: at(90) }),
    ],
  };
}

const NOTHING_COPIED = {
  entriesTotal: null,
  entriesCopied: 0,
  bytesTotal: null,
  bytesCopied: 0,
  bytesPerSecond: null,
  secondsLeft: null,
};

/** The same as a client sees it. */
export const BUSY_POOL_SHOWN = {
  pool: {
    desiredSize: 4,
    maxNodes: 8,
    isElastic: true,
    fixedReason: null,
    epoch: 5,
    mode: 'MANUAL',
    nodes: [
      {
        id: 'a',
        name: 'node-0',
        address: 'unix:/a.sock',
        state: 'READY',
        since: '2026-02-02T23:59:30.000Z',
        reason: 'it has joined the ring',
        launchedAt: '2026-02-02T23:59:00.000Z',
        ringShare: 1,
        evictionPolicy: 'S3_FIFO',
        items: 7,
        bytes: 5_000_000_000,
        capacityBytes: 6_000_000_000,
        hits: 3,
        misses: 1,
      },
      {
        id: 'b',
        name: 'node-1',
        address: null,
        state: 'STARTING',
        since: '2026-02-02T23:59:55.000Z',
        reason: '',
        launchedAt: '2026-02-02T23:59:55.000Z',
        ringShare: null,
        evictionPolicy: null,
        items: null,
        bytes: null,
        capacityBytes: null,
        hits: null,
        misses: null,
      },
    ],
    resize: {
      id: 'running',
      fromSize: 2,
      toSize: 3,
      state: 'RUNNING',
      reason: '',
      requestedAt: '2026-02-02T23:59:40.000Z',
      startedAt: '2026-02-02T23:59:50.000Z',
      finishedAt: null,
      entriesTotal: 100,
      entriesCopied: 25,
      bytesTotal: 8_000_000_000,
      bytesCopied: 2_000_000_000,
      bytesPerSecond: 60_000_000,
      secondsLeft: 100,
    },
    queuedResizes: [
      {
        id: 'queued',
        fromSize: 3,
        toSize: 4,
        state: 'QUEUED',
        reason: '',
        requestedAt: '2026-02-02T23:59:59.000Z',
        startedAt: null,
        finishedAt: null,
        ...NOTHING_COPIED,
      },
    ],
    finishedResizes: [
      {
        id: 'done',
        fromSize: 2,
        toSize: 3,
        state: 'DONE',
        reason: '',
        requestedAt: '2026-02-02T23:58:21.000Z',
        startedAt: '2026-02-02T23:58:22.000Z',
        finishedAt: '2026-02-02T23:58:30.000Z',
        ...NOTHING_COPIED,
      },
    ],
    history: [{ at: '2026-02-03T00:00:00.000Z', node: 'node-0', text: 'node-0 joined the ring: epoch 1' }],
  },
  cacheConfig: { capacityMiB: 64, evictionPolicy: 'S3_FIFO', copyLimitMiBps: 10, pendingNodes: ['node-1'] },
  scalingPolicy: {
    mode: 'MANUAL',
    maxMissRate: 0.2,
    minMissRate: 0.05,
    expandRatio: 1.5,
    shrinkRatio: 0.75,
    minNodes: 1,
    maxNodes: 8,
    cooldownSeconds: 180,
    flapWindowMinutes: 30,
    updatedAt: null,
  },
};
