import type { NodeRecord, Resize } from '../src/pool/state/pool-state.ts';

export function makeNode(facts: Partial<NodeRecord> = {}): NodeRecord {
  return {
    id: 'id',
    slot: 0,
    label: 'node-0',
    address: null,
    state: 'STARTING',
    stateSince: 1_700_000_000_000,
    reason: '',
    launchedAt: 1_700_000_000_000,
    drainDeadline: null,
    configVersion: 0,
    mustBeEmptied: false,
    ...facts,
  };
}

export function makeResize(facts: Partial<Resize> = {}): Resize {
  return {
    id: 'id',
    fromSize: 2,
    toSize: 3,
    state: 'QUEUED',
    reason: '',
    requestedAt: 1_700_000_000_000,
    startedAt: null,
    finishedAt: null,
    cancelRequested: false,
    entriesTotal: null,
    bytesTotal: null,
    entriesCopied: 0,
    bytesCopied: 0,
    ...facts,
  };
}
