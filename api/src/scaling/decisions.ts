import { and, desc, eq, lt } from 'drizzle-orm';
import { type Database, DuplicateRow } from '../database/database.ts';
import { ShoalError } from '../errors.ts';
import { refuseFaults, wholeNumberFault } from '../input-faults.ts';
import type { NewId } from '../ordered-id.ts';

/** What the autoscaler has concluded in one tick. */
export interface Decision {
  /** UUIDv7. */
  readonly id: string;
  /** The beginning of the minute that was decided on or, where a minute has several ticks, of the interval. */
  readonly tick: Date;
  readonly at: Date;
  readonly mode: 'MANUAL' | 'AUTO';
  readonly verdict: 'EXPAND' | 'SHRINK' | 'HOLD';
  /** Before. */
  readonly size: number;
  readonly newSize: number;
  readonly isApplied: boolean;
  readonly reason: string;
  /** 0 to 1. Null without data, as below. */
  readonly missRate: number | null;
  readonly gets: number | null;
  readonly nodesReady: number | null;
}

export interface DecisionPage {
  /** The latest first. */
  readonly decisions: readonly Decision[];
  readonly hasMore: boolean;
}

export interface DecisionsOptions {
  readonly database: Database;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newId: NewId;
  /** Called with each decision that is new. */
  readonly onDecision: (decision: Decision) => void;
}

export interface DecisionPageRequest {
  /** 1 to 200. */
  readonly first: number;
  /** The id of the decision after which to go on. */
  readonly after: string | undefined;
  readonly isAppliedOnly: boolean;
}

const KEPT_MS = 30 * 24 * 3_600_000;
const MAX_PAGE = 200;
const MAX_REASON = 1_000;

/** The decisions of the autoscaler, kept for 30 days. */
export class Decisions {
  readonly #options: DecisionsOptions;

  constructor(options: DecisionsOptions) {
    this.#options = options;
  }

  /**
   * Stores what was decided at a tick. Each is decided on once: of two autoscalers the second is given what the first has said.
   * @throws ShoalError BAD_USER_INPUT
   */
  async record(given: Omit<Decision, 'id' | 'at'>): Promise<Decision> {
    refuseFaults(faultsOf(given));
    const { database, now, newId, onDecision } = this.#options;
    const { decisions } = database.tables;
    const decision = { ...given, id: newId(), at: new Date(now()) };
    try {
      await database.query((db) => db.insert(decisions).values(decision));
    } catch (error) {
      if (!(error instanceof DuplicateRow)) throw error;
      const [first] = await database.query((db) =>
        db.select().from(decisions).where(eq(decisions.tick, given.tick)),
      );
      return first ?? decision;
    }
    onDecision(decision);
    await this.#forgetOld();
    return decision;
  }

  /** @throws ShoalError BAD_USER_INPUT */
  async list({ first, after, isAppliedOnly }: DecisionPageRequest): Promise<DecisionPage> {
    refuseFaults([wholeNumberFault('first', first, { min: 1, max: MAX_PAGE })]);
    const { database } = this.#options;
    const { decisions } = database.tables;
    const rows = await database.query((db) =>
      db
        .select()
        .from(decisions)
        .where(
          and(
            after === undefined ? undefined : lt(decisions.id, after),
            isAppliedOnly ? eq(decisions.isApplied, true) : undefined,
          ),
        )
        .orderBy(desc(decisions.id))
        .limit(first + 1),
    );
    return { decisions: rows.slice(0, first), hasMore: rows.length > first };
  }

  async #forgetOld(): Promise<void> {
    const { database, now } = this.#options;
    const { decisions } = database.tables;
    const before = new Date(now() - KEPT_MS);
    await database.query((db) => db.delete(decisions).where(lt(decisions.tick, before)));
  }
}

/** @throws ShoalError BAD_USER_INPUT */
export function parseDecisionCursor(cursor: string | null | undefined): string | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const id = Buffer.from(cursor, 'base64url').toString();
  if (/^[0-9a-f-]{36}$/.test(id)) return id;
  throw new ShoalError(
    'BAD_USER_INPUT',
    'The argument after is not a cursor of this list. Pass the endCursor of an earlier page, or leave it out.',
  );
}

export function decisionCursor({ id }: Decision): string {
  return Buffer.from(id).toString('base64url');
}

function faultsOf({ size, newSize, missRate, gets, nodesReady, reason }: Omit<Decision, 'id' | 'at'>) {
  const sizes = { min: 0, max: 1_000 };
  return [
    wholeNumberFault('size', size, sizes),
    wholeNumberFault('newSize', newSize, sizes),
    wholeNumberFault('gets', gets ?? 0, { min: 0, max: Number.MAX_SAFE_INTEGER }),
    wholeNumberFault('nodesReady', nodesReady ?? 0, sizes),
    missRate === null || (missRate >= 0 && missRate <= 1)
      ? undefined
      : `missRate must be from 0 to 1, not ${missRate}`,
    reason.length > 0 && reason.length <= MAX_REASON
      ? undefined
      : `reason must have 1 to ${MAX_REASON} characters, not ${reason.length}`,
  ];
}
