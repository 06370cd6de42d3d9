import type { EvictionPolicy, NodeState, ResizeState } from '../pool/state/pool-state.ts';
import type { ColumnKit } from './column-kit.ts';

/** The id of the row of a table that has one row. */
export const ONLY_ROW = 1;

const UUID_LENGTH = 36;
/** Of a given node, label and id are its address: a name of the domain name system and a port, or a path. */
const LABEL_LENGTH = 300;

/** The pool as it is written down, and who leads it. See `PoolState` for what the columns mean. */
export function makePoolTables(kit: ColumnKit) {
  const { table, index, ascii, words, prose, labels, count, fraction, flag, time } = kit;

  const pool = table('pool', {
    id: count('id').primaryKey(),
    revision: count('revision').notNull(),
    desiredSize: count('desired_size').notNull(),
    epoch: count('epoch').notNull(),
    members: labels<readonly string[]>('members').notNull(),
    previousMembers: labels<readonly (readonly string[])[]>('previous_members').notNull(),
    warmedEpoch: count('warmed_epoch').notNull(),
    capacityMiB: count('capacity_mib').notNull(),
    evictionPolicy: ascii('eviction_policy', 16).$type<EvictionPolicy>().notNull(),
    copyLimitMiBps: count('copy_limit_mibps').notNull(),
    configVersion: count('config_version').notNull(),
  });

  const nodes = table('nodes', {
    id: words('id', LABEL_LENGTH).primaryKey(),
    slot: count('slot').notNull(),
    label: words('label', LABEL_LENGTH).notNull(),
    address: prose('address'),
    state: ascii('state', 16).$type<NodeState>().notNull(),
    stateSince: time('state_since').notNull(),
    reason: prose('reason').notNull(),
    launchedAt: time('launched_at').notNull(),
    drainDeadline: time('drain_deadline'),
    configVersion: count('config_version').notNull(),
    mustBeEmptied: flag('must_be_emptied').notNull(),
  });

  /** Unfinished ones in the order of their `place`, and the history of finished ones. */
  const resizes = table(
    'resizes',
    {
      id: ascii('id', UUID_LENGTH).primaryKey(),
      place: count('place').notNull(),
      fromSize: count('from_size').notNull(),
      toSize: count('to_size').notNull(),
      state: ascii('state', 16).$type<ResizeState>().notNull(),
      reason: prose('reason').notNull(),
      requestedAt: time('requested_at').notNull(),
      startedAt: time('started_at'),
      finishedAt: time('finished_at'),
      cancelRequested: flag('cancel_requested').notNull(),
      entriesTotal: count('entries_total'),
      bytesTotal: count('bytes_total'),
      entriesCopied: count('entries_copied').notNull(),
      bytesCopied: count('bytes_copied').notNull(),
    },
    (columns) => [index('resizes_by_finish').on(columns.finishedAt, columns.id)],
  );

  const poolEvents = table('pool_events', {
    id: ascii('id', UUID_LENGTH).primaryKey(),
    at: time('at').notNull(),
    node: words('node', LABEL_LENGTH),
    text: prose('text').notNull(),
  });

  /** `renewals` only grows: who sees it stand still knows that the holder is gone. */
  const leases = table('leases', {
    name: ascii('name', 32).primaryKey(),
    holder: words('holder', 200).notNull(),
    renewals: count('renewals').notNull(),
  });

  const scalingPolicy = table('scaling_policy', {
    id: count('id').primaryKey(),
    mode: ascii('mode', 16).$type<'MANUAL' | 'AUTO'>().notNull(),
    maxMissRate: fraction('max_miss_rate').notNull(),
    minMissRate: fraction('min_miss_rate').notNull(),
    expandRatio: fraction('expand_ratio').notNull(),
    shrinkRatio: fraction('shrink_ratio').notNull(),
    minNodes: count('min_nodes').notNull(),
    maxNodes: count('max_nodes').notNull(),
    cooldownSeconds: count('cooldown_seconds').notNull(),
    flapWindowMinutes: count('flap_window_minutes').notNull(),
    updatedAt: time('updated_at'),
  });

  return { pool, nodes, resizes, poolEvents, leases, scalingPolicy };
}
