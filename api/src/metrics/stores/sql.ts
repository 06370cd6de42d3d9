import { and, asc, between, eq, gte, inArray, lt } from 'drizzle-orm';
import { type Database, DuplicateRow, type Queries } from '../../database/database.ts';
import { retryContention } from '../../database/retry-contention.ts';
import type { Tables } from '../../database/tables.ts';
import { groupBy } from '../group-by.ts';
import {
  mergeNodeMinutes,
  mergeReadMinutes,
  type MinuteSamples,
  type NodeMinute,
  type ReadMinute,
  SECOND_MS,
} from '../minutes.ts';
import { fromNodeRow, fromReadRow, toNodeRow, toReadRow } from './metrics-rows.ts';
import { KEPT_MS, MERGED_AFTER_MS, MERGED_MS, type MetricsStore } from './metrics-store.ts';

const MERGED_SECONDS = MERGED_MS / SECOND_MS;

export interface SqlMetricsStoreOptions {
  readonly database: Database;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** Samples in the database, a row each. */
export class SqlMetricsStore implements MetricsStore {
  readonly #database: Database;
  readonly #tables: Tables;
  readonly #random: () => number;
  /** Nothing that begins before this is left to be merged. */
  #mergedUpTo = 0;

  constructor({ database, random }: SqlMetricsStoreOptions) {
    this.#database = database;
    this.#tables = database.tables;
    this.#random = random;
  }

  async write(samples: MinuteSamples): Promise<void> {
    await this.#change((db) => this.#replace(db, samples));
  }

  async read(fromMinute: number, toMinute: number): Promise<MinuteSamples> {
    return await this.#database.query((db) => this.#select(db, fromMinute, toMinute));
  }

  async compact(now: number): Promise<void> {
    const { nodeMinutes, apiMinutes } = this.#tables;
    await this.#database.query(async (db) => {
      await db.delete(nodeMinutes).where(lt(nodeMinutes.minute, now - KEPT_MS));
      await db.delete(apiMinutes).where(lt(apiMinutes.minute, now - KEPT_MS));
    });
    const end = startOfMerged(now - MERGED_AFTER_MS);
    for (;;) {
      const oldest = await this.#oldestToMerge(end);
      if (oldest === undefined) break;
      await this.#change((db) => this.#merge(db, startOfMerged(oldest)));
    }
    this.#mergedUpTo = Math.max(this.#mergedUpTo, end);
  }

  /** Two processes that write the same samples at once come in each other's way; one of them tries again. */
  async #change(work: (db: Queries) => Promise<void>): Promise<void> {
    const run = () => this.#database.transaction(work);
    try {
      await retryContention(run, this.#random);
    } catch (error) {
      if (!(error instanceof DuplicateRow)) throw error;
      await retryContention(run, this.#random);
    }
  }

  async #replace(db: Queries, { nodes, reads }: MinuteSamples): Promise<void> {
    const { nodeMinutes, apiMinutes } = this.#tables;
    for (const minute of new Set(nodes.map((sample) => sample.minute))) {
      const samples = nodes.filter((sample) => sample.minute === minute);
      const ids = samples.map(({ id }) => id);
      await db.delete(nodeMinutes).where(and(eq(nodeMinutes.minute, minute), inArray(nodeMinutes.node, ids)));
      await db.insert(nodeMinutes).values(samples.map(toNodeRow));
    }
    for (const sample of reads) {
      const { minute, process } = sample;
      await db.delete(apiMinutes).where(and(eq(apiMinutes.minute, minute), eq(apiMinutes.process, process)));
      await db.insert(apiMinutes).values(toReadRow(sample));
    }
  }

  async #select(db: Queries, fromMinute: number, toMinute: number): Promise<MinuteSamples> {
    const { nodeMinutes, apiMinutes } = this.#tables;
    const nodeRows = await db
      .select()
      .from(nodeMinutes)
      .where(between(nodeMinutes.minute, fromMinute, toMinute))
      .orderBy(asc(nodeMinutes.minute), asc(nodeMinutes.node));
    const readRows = await db
      .select()
      .from(apiMinutes)
      .where(between(apiMinutes.minute, fromMinute, toMinute))
      .orderBy(asc(apiMinutes.minute), asc(apiMinutes.process));
    return { nodes: nodeRows.map(fromNodeRow), reads: readRows.map(fromReadRow) };
  }

  async #oldestToMerge(end: number): Promise<number | undefined> {
    const rows = await this.#database.query(async (db) =>
      [
        await this.#selectUnmerged(db, this.#tables.nodeMinutes, end),
        await this.#selectUnmerged(db, this.#tables.apiMinutes, end),
      ].flat(),
    );
    return rows.length === 0 ? undefined : Math.min(...rows.map(({ minute }) => minute));
  }

  async #selectUnmerged(db: Queries, table: Tables['nodeMinutes'] | Tables['apiMinutes'], end: number) {
    return await db
      .select({ minute: table.minute })
      .from(table)
      .where(
        and(gte(table.minute, this.#mergedUpTo), lt(table.minute, end), lt(table.seconds, MERGED_SECONDS)),
      )
      .orderBy(asc(table.minute))
      .limit(1);
  }

  async #merge(db: Queries, start: number): Promise<void> {
    const { nodeMinutes, apiMinutes } = this.#tables;
    const last = start + MERGED_MS - 1;
    const { nodes, reads } = await this.#select(db, start, last);
    await db.delete(nodeMinutes).where(between(nodeMinutes.minute, start, last));
    await db.delete(apiMinutes).where(between(apiMinutes.minute, start, last));
    await this.#replace(db, mergeSamples(start, nodes, reads));
  }
}

function startOfMerged(moment: number): number {
  return Math.floor(moment / MERGED_MS) * MERGED_MS;
}

function mergeSamples(
  start: number,
  nodes: readonly NodeMinute[],
  reads: readonly ReadMinute[],
): MinuteSamples {
  const span = { minute: start, seconds: MERGED_SECONDS };
  return {
    nodes: [...groupBy(nodes, ({ id }) => id).values()].map((samples) => mergeNodeMinutes(samples, span)),
    reads: [...groupBy(reads, ({ process }) => process).values()].map((samples) =>
      mergeReadMinutes(samples, span),
    ),
  };
}
