import { describe, expect, test } from 'vitest';
import { onEveryDatabase } from '../../test/databases.ts';
import type { Database } from '../database/database.ts';
import { makeNewId } from '../ordered-id.ts';
import { type Decision, Decisions, decisionCursor, parseDecisionCursor } from './decisions.ts';

const START = Date.UTC(2026, 1, 3);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

onEveryDatabase((databases) => {
  test('what was decided is listed with all that is known of it, the latest first', async () => {
    const { decisions, pass } = open(await databases.open());
    expect(await page(decisions)).toEqual({ decisions: [], hasMore: false });
    const expand = await decisions.record(
      decide({ tick: new Date(START), verdict: 'EXPAND', size: 2, newSize: 3, isApplied: true }),
    );
    pass(MINUTE);
    const reason = 'held at 3: “there is no data” 📉';
    const hold = await decisions.record(
      decide({ tick: new Date(START + MINUTE), reason, missRate: null, gets: null, nodesReady: null }),
    );
    expect(hold.at).toEqual(new Date(START + MINUTE));
    expect(hold).toMatchObject({ reason, missRate: null, gets: null, nodesReady: null });
    expect(await page(decisions)).toEqual({ decisions: [hold, expand], hasMore: false });
  });

  test('numbers keep their precision', async () => {
    const { decisions } = open(await databases.open());
    const numbers = { missRate: 1 / 3, gets: 9_007_199_254_740_991, nodesReady: 0 };
    await decisions.record(decide(numbers));
    expect((await page(decisions)).decisions).toMatchObject([numbers]);
  });

  test('a second decision on the same minute is given what the first one said', async () => {
    const location = await databases.locate();
    const one = open(await databases.open(location));
    const other = open(await databases.open(location));
    const first = await one.decisions.record(decide({ reason: 'first', isApplied: true }));
    expect(await other.decisions.record(decide({ reason: 'second' }))).toEqual(first);
    expect((await page(other.decisions)).decisions).toEqual([first]);
    expect([one.told, other.told]).toEqual([[first], []]);
  });

  test('of decisions on one minute at the same time one is kept, and everybody is given that', async () => {
    const location = await databases.locate();
    const all = await Promise.all(
      Array.from({ length: 4 }, async () => open(await databases.open(location))),
    );
    const given = await Promise.all(
      all.map(({ decisions }, index) => decisions.record(decide({ reason: `autoscaler ${index}` }))),
    );
    expect(new Set(given.map(({ id }) => id)).size).toBe(1);
    expect(all.flatMap(({ told }) => told)).toEqual([given[0]]);
  });

  test('pages follow each other without gaps, also while decisions are made', async () => {
    const { decisions, pass } = open(await databases.open());
    const made: Decision[] = [];
    const make = async () => {
      pass(MINUTE);
      made.unshift(await decisions.record(decide({ tick: new Date(START + made.length * MINUTE) })));
    };
    for (let i = 0; i < 5; i++) await make();
    const expected = [...made];
    const first = await page(decisions, { first: 2 });
    expect(first).toEqual({ decisions: expected.slice(0, 2), hasMore: true });
    await make();
    const second = await page(decisions, { first: 2, after: first.decisions[1]!.id });
    expect(second).toEqual({ decisions: expected.slice(2, 4), hasMore: true });
    const third = await page(decisions, { first: 2, after: second.decisions[1]!.id });
    expect(third).toEqual({ decisions: expected.slice(4), hasMore: false });
  });

  test('those that changed the pool can be listed alone', async () => {
    const { decisions, pass } = open(await databases.open());
    const applied: Decision[] = [];
    for (let i = 0; i < 6; i++) {
      pass(MINUTE);
      const isApplied = i % 3 === 0;
      const decision = await decisions.record(decide({ tick: new Date(START + i * MINUTE), isApplied }));
      if (isApplied) applied.unshift(decision);
    }
    expect(await page(decisions, { isAppliedOnly: true })).toEqual({ decisions: applied, hasMore: false });
    const last = await page(decisions, { isAppliedOnly: true, first: 1, after: applied[0]!.id });
    expect(last).toEqual({ decisions: applied.slice(1), hasMore: false });
  });

  test('they are forgotten after 30 days', async () => {
    const { decisions, pass, now } = open(await databases.open());
    await decisions.record(decide({ tick: new Date(now()), reason: 'old' }));
    pass(MINUTE);
    await decisions.record(decide({ tick: new Date(now()), reason: 'a minute later' }));
    pass(30 * DAY);
    await decisions.record(decide({ tick: new Date(now()), reason: 'new' }));
    expect((await page(decisions)).decisions.map(({ reason }) => reason)).toEqual(['new', 'a minute later']);
  });

  test('what can not be is refused, all faults together, and not stored', async () => {
    const { decisions, told } = open(await databases.open());
    const faulty = decide({ size: -1, newSize: 1.5, missRate: 1.01, gets: -1, nodesReady: 1001, reason: '' });
    await expect(decisions.record(faulty)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(
        /size must be.*newSize must be.*gets must be.*nodesReady must be.*missRate must be.*reason must have/s,
      ) as string,
    });
    for (const missRate of [NaN, -0.1])
      await expect(decisions.record(decide({ missRate }))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await expect(decisions.record(decide({ reason: 'x'.repeat(1001) }))).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    for (const first of [0, 201, 1.5])
      await expect(page(decisions, { first })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(told).toEqual([]);
    expect((await page(decisions)).decisions).toEqual([]);
    await decisions.record(decide({ reason: 'é'.repeat(1000) }));
    expect((await page(decisions, { first: 200 })).decisions).toHaveLength(1);
  });
});

describe('a cursor', () => {
  test('leads back to its decision', () => {
    const decision = { ...decide({}), id: makeNewId(() => START)(), at: new Date(START) };
    expect(parseDecisionCursor(decisionCursor(decision))).toBe(decision.id);
    expect([parseDecisionCursor(null), parseDecisionCursor(undefined)]).toEqual([undefined, undefined]);
  });

  test.each(['', 'abc', Buffer.from("' OR 1=1 --").toString('base64url')])('can not be "%s"', (cursor) => {
    expect(() => parseDecisionCursor(cursor)).toThrow('is not a cursor of this list');
  });
});

/** Decisions with a clock that a test moves. */
function open(database: Database) {
  let time = START;
  const now = () => time;
  const told: Decision[] = [];
  const decisions = new Decisions({
    database,
    now,
    newId: makeNewId(now),
    onDecision: (decision) => told.push(decision),
  });
  return { decisions, told, now, pass: (ms: number) => (time += ms) };
}

function page(decisions: Decisions, request: Partial<Parameters<Decisions['list']>[0]> = {}) {
  return decisions.list({ first: 50, after: undefined, isAppliedOnly: false, ...request });
}

function decide(facts: Partial<Decision>): Omit<Decision, 'id' | 'at'> {
  return {
    tick: new Date(START),
    mode: 'AUTO',
    verdict: 'HOLD',
    size: 3,
    newSize: 3,
    isApplied: false,
    reason: 'held at 3: miss rate 10 % is between 5 % and 20 %',
    missRate: 0.1,
    gets: 1000,
    nodesReady: 3,
    ...facts,
  };
}
