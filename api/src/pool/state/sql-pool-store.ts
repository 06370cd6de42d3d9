import { asc, eq, inArray } from 'drizzle-orm';
import { Contention, type Database, DuplicateRow, type Queries } from '../../database/database.ts';
import { ONLY_ROW } from '../../database/pool-tables.ts';
import { retryContention } from '../../database/retry-contention.ts';
import type { Tables } from '../../database/tables.ts';
import { makeNewId, type NewId } from '../../ordered-id.ts';
import {
  type FirstSettings,
  firstState,
  inOrder,
  type NextState,
  nextState,
  UNFINISHED,
} from './next-state.ts';
import { fromNodeRow, fromPoolRow, fromResizeRow, toPoolRow } from './pool-rows.ts';
import type { PoolEvent, PoolState, Resize } from './pool-state.ts';
import type { PoolChange, PoolStore } from './pool-store.ts';
import { SqlLease } from './sql-lease.ts';
import { forgetResizes, readEvents, readFinished, writeEvents } from './sql-pool-history.ts';
import { writeNodes, writeResizes } from './write-rows.ts';

export interface SqlPoolStoreOptions {
  readonly database: Database;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds since any moment; it never jumps. */
  readonly clock: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
}

const MAX_READS = 20;

/** Stops a transaction that has nothing to write, so that nothing is committed. */
class NothingToWrite extends Error {}

/** The pool in the database. Every change locks the row of the pool first, so that changes come one after the other. */
export class SqlPoolStore implements PoolStore {
  readonly #database: Database;
  readonly #tables: Tables;
  readonly #lease: SqlLease;
  readonly #newId: NewId;
  readonly #random: () => number;

  constructor({ database, now, clock, random }: SqlPoolStoreOptions) {
    this.#database = database;
    this.#tables = database.tables;
    this.#lease = new SqlLease(database, clock);
    this.#newId = makeNewId(now);
    this.#random = random;
  }

  /** Writes the first state down where there is none. Later starts find what has become of it. */
  async initialise(settings: FirstSettings): Promise<void> {
    const { pool } = this.#tables;
    if ((await this.#database.query((db) => db.select({ id: pool.id }).from(pool))).length > 0) return;
    try {
      const row = { id: ONLY_ROW, ...toPoolRow(firstState(settings)) };
      await this.#database.query((db) => db.insert(pool).values(row));
    } catch (error) {
      // Another process was faster.
      if (!(error instanceof DuplicateRow)) throw error;
    }
  }

  async load(): Promise<PoolState> {
    for (let reads = 0; reads < MAX_READS; reads++) {
      const state = await this.#database.query((db) => this.#read(db));
      // A change that came between the statements would show half of itself.
      if ((await this.revision()) === state.revision) return state;
    }
    throw new Contention({ cause: new Error('The pool changes faster than it can be read.') });
  }

  async revision(): Promise<number> {
    const { pool } = this.#tables;
    const [row] = await this.#database.query((db) => db.select({ revision: pool.revision }).from(pool));
    if (row === undefined) throw uninitialised();
    return row.revision;
  }

  async update(change: (state: PoolState) => PoolChange | undefined, leader?: string): Promise<PoolState> {
    let after: PoolState | undefined;
    const run = (db: Queries) => this.#update(db, change, leader, (state) => (after = state));
    try {
      await retryContention(() => this.#database.transaction(run), this.#random);
    } catch (error) {
      if (!(error instanceof NothingToWrite)) throw error;
    }
    return after!;
  }

  async lead(holder: string, ttlMs: number): Promise<boolean> {
    return await this.#lease.take(holder, ttlMs);
  }

  async resign(holder: string): Promise<void> {
    await this.#lease.giveBack(holder);
  }

  async events(limit: number): Promise<readonly PoolEvent[]> {
    return await this.#database.query((db) => readEvents(db, this.#tables, limit));
  }

  async finishedResizes(limit: number): Promise<readonly Resize[]> {
    return await this.#database.query((db) => readFinished(db, this.#tables, limit));
  }

  async #update(
    db: Queries,
    change: (state: PoolState) => PoolChange | undefined,
    leader: string | undefined,
    onRead: (after: PoolState) => void,
  ): Promise<void> {
    await this.#lock(db);
    if (leader !== undefined) await this.#lease.hold(db, leader);
    const before = await this.#read(db);
    const next = nextState(before, change(before));
    onRead(next?.state ?? before);
    if (next === undefined) throw new NothingToWrite();
    await this.#write(db, before, next);
  }

  /** Changes nothing, and lets no other change begin before the transaction has ended. */
  async #lock(db: Queries): Promise<void> {
    const { pool } = this.#tables;
    const result = await db.update(pool).set({ id: ONLY_ROW }).where(eq(pool.id, ONLY_ROW));
    if (this.#database.affectedRows(result) === 0) throw uninitialised();
  }

  async #read(db: Queries): Promise<PoolState> {
    const { pool, nodes, resizes } = this.#tables;
    const [row] = await db.select().from(pool);
    if (row === undefined) throw uninitialised();
    const nodeRows = await db.select().from(nodes);
    const isUnfinished = inArray(resizes.state, UNFINISHED);
    const resizeRows = await db.select().from(resizes).where(isUnfinished).orderBy(asc(resizes.place));
    return {
      ...fromPoolRow(row),
      nodes: inOrder(nodeRows.map(fromNodeRow)),
      resizes: resizeRows.map(fromResizeRow),
    };
  }

  async #write(db: Queries, before: PoolState, { state, finished, events }: NextState): Promise<void> {
    const { pool } = this.#tables;
    const { nodes, resizes, ...facts } = state;
    await db.update(pool).set(toPoolRow(facts)).where(eq(pool.id, ONLY_ROW));
    await writeNodes(db, this.#tables.nodes, before.nodes, nodes);
    await writeResizes(db, this.#tables.resizes, before.resizes, [...resizes, ...finished]);
    if (finished.length > 0) await forgetResizes(db, this.#tables);
    await writeEvents(db, this.#tables, events, this.#newId);
  }
}

function uninitialised(): Error {
  return new Error('Nothing is written down of the pool yet.');
}
