import { eq } from 'drizzle-orm';
import { type Database, DuplicateRow, type Queries } from '../database/database.ts';
import { ONLY_ROW } from '../database/pool-tables.ts';
import { retryContention } from '../database/retry-contention.ts';
import type { PoolStore } from '../pool/state/pool-store.ts';
import {
  changePolicy,
  defaultPolicy,
  describeChange,
  type PolicyChanges,
  refuseAutoOfFixedPool,
  type ScalingPolicy,
  withinBound,
} from './scaling-policy.ts';

export interface ScalingPoliciesOptions {
  readonly database: Database;
  /** Where the history of the pool is told of changes, which also tells everybody who follows the pool. */
  readonly store: Pick<PoolStore, 'update'>;
  /** The most nodes that the pool may ever have. */
  readonly maxNodes: number;
  /** Why the pool can't be resized, in words for the user. Undefined where it can. */
  readonly fixedReason: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Called after a change was written, so that this process shows it at once. */
  readonly kick: () => void;
}

/** The scaling policy in the database: one row, or none while it is as it came. */
export class ScalingPolicies {
  readonly #options: ScalingPoliciesOptions;

  constructor(options: ScalingPoliciesOptions) {
    this.#options = options;
  }

  async read(): Promise<ScalingPolicy> {
    return await this.#options.database.query((db) => this.#select(db));
  }

  /**
   * Changes what is given and keeps the rest.
   * @throws ShoalError BAD_USER_INPUT naming all faults; CONFLICT for the mode AUTO where the nodes are given
   */
  async change(changes: PolicyChanges): Promise<ScalingPolicy> {
    const { maxNodes, fixedReason, random } = this.#options;
    const seen = await this.read();
    const isChange = changePolicy(seen, changes, maxNodes) !== seen;
    refuseAutoOfFixedPool(changes, fixedReason);
    if (!isChange) return seen;
    const { before, after } = await retryContention(() => this.#write(changes), random);
    if (after !== before) await this.#tell(describeChange(before, after));
    return after;
  }

  async #write(changes: PolicyChanges): Promise<{ before: ScalingPolicy; after: ScalingPolicy }> {
    const { database, maxNodes, now } = this.#options;
    const { scalingPolicy } = database.tables;
    const isOnlyRow = eq(scalingPolicy.id, ONLY_ROW);
    await this.#makeRow();
    return await database.transaction(async (db) => {
      // Changes nothing, and holds the row fast: of changes at the same time none gets lost.
      await db.update(scalingPolicy).set({ id: ONLY_ROW }).where(isOnlyRow);
      const before = await this.#select(db);
      const changed = changePolicy(before, changes, maxNodes);
      if (changed === before) return { before, after: before };
      const after = { ...changed, updatedAt: new Date(now()) };
      await db.update(scalingPolicy).set(after).where(isOnlyRow);
      return { before, after };
    });
  }

  async #tell(text: string): Promise<void> {
    const { store, now, kick } = this.#options;
    await store.update((state) => ({ state, events: [{ at: now(), node: null, text }] }));
    kick();
  }

  async #makeRow(): Promise<void> {
    const { database, maxNodes } = this.#options;
    const { scalingPolicy } = database.tables;
    const rows = await database.query((db) => db.select({ id: scalingPolicy.id }).from(scalingPolicy));
    if (rows.length > 0) return;
    try {
      const row = { ...defaultPolicy(maxNodes), id: ONLY_ROW };
      await database.query((db) => db.insert(scalingPolicy).values(row));
    } catch (error) {
      // Another change was faster.
      if (!(error instanceof DuplicateRow)) throw error;
    }
  }

  async #select(db: Queries): Promise<ScalingPolicy> {
    const { database, maxNodes } = this.#options;
    const [row] = await db.select().from(database.tables.scalingPolicy);
    return row === undefined ? defaultPolicy(maxNodes) : withinBound(fromRow(row), maxNodes);
  }
}

function fromRow({ id: _, ...policy }: ScalingPolicy & { readonly id: number }): ScalingPolicy {
  return policy;
}
