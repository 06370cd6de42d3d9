import { and, eq, sql } from 'drizzle-orm';
import { type Database, DuplicateRow, type Queries } from '../../database/database.ts';
import { type Lease, LeaseWatch } from './lease-watch.ts';
import { LeaseLost } from './pool-store.ts';

const NAME = 'pool';

/** The lease of the one process that leads the pool. Every change of it is one statement that expects what was seen before. */
export class SqlLease {
  readonly #database: Database;
  readonly #watch: LeaseWatch;

  /** @param clock milliseconds since any moment; it never jumps */
  constructor(database: Database, clock: () => number) {
    this.#database = database;
    this.#watch = new LeaseWatch(clock);
  }

  /** See `PoolStore.lead`. */
  async take(holder: string, ttlMs: number): Promise<boolean> {
    const lease = await this.#read();
    if (lease === undefined) return await this.#make(holder);
    const isRunOut = this.#watch.hasRunOut(lease, ttlMs);
    if (lease.holder === holder ? !this.#watch.isRenewalDue(ttlMs) : !isRunOut) {
      return lease.holder === holder;
    }
    return await this.#replace(lease, holder);
  }

  async giveBack(holder: string): Promise<void> {
    const lease = await this.#read();
    if (lease?.holder === holder) await this.#replace(lease, '');
  }

  /**
   * Sees to it that nobody else holds the lease until the transaction has ended.
   * @throws LeaseLost when somebody else holds it already
   */
  async hold(queries: Queries, holder: string): Promise<void> {
    const { leases } = this.#database.tables;
    // Changes nothing, but locks the row where others might write.
    const result = await queries
      .update(leases)
      .set({ holder })
      .where(and(eq(leases.name, NAME), eq(leases.holder, holder)));
    if (this.#database.affectedRows(result) === 0) throw new LeaseLost();
  }

  async #read(): Promise<Lease | undefined> {
    const { leases } = this.#database.tables;
    const [lease] = await this.#database.query((db) => db.select().from(leases).where(eq(leases.name, NAME)));
    return lease;
  }

  async #make(holder: string): Promise<boolean> {
    try {
      const { leases } = this.#database.tables;
      await this.#database.query((db) => db.insert(leases).values({ name: NAME, holder, renewals: 1 }));
    } catch (error) {
      if (error instanceof DuplicateRow) return false;
      throw error;
    }
    this.#watch.noteRenewal();
    return true;
  }

  async #replace(seen: Lease, holder: string): Promise<boolean> {
    const { leases } = this.#database.tables;
    const isAsSeen = and(
      eq(leases.name, NAME),
      eq(leases.holder, seen.holder),
      eq(leases.renewals, seen.renewals),
    );
    const result = await this.#database.query((db) =>
      db
        .update(leases)
        .set({ holder, renewals: sql`${leases.renewals} + 1` })
        .where(isAsSeen),
    );
    const isReplaced = this.#database.affectedRows(result) > 0;
    if (isReplaced) this.#watch.noteRenewal();
    return isReplaced;
  }
}
