import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import type { Inputs, Minute, PastChange, PoolNow, ScalingPolicy } from './inputs.ts';

const MINUTE = 60_000;
const NOW = 1_000 * MINUTE;

describe('decide', () => {
  describe('by the miss rate of the last full minute', () => {
    it.each<[string, number, number, Partial<ScalingPolicy>, string, number, string]>([
      ['grows above the band', 3, 0.31, {}, 'EXPAND', 5, 'expand from 3 to 5: miss rate 31 % is above 20 %'],
      [
        'rounds up',
        2,
        0.5,
        { expandRatio: 1.01 },
        'EXPAND',
        3,
        'expand from 2 to 3: miss rate 50 % is above 20 %',
      ],
      [
        'takes 10 × 1.1 for 11',
        10,
        0.5,
        { expandRatio: 1.1 },
        'EXPAND',
        11,
        'expand from 10 to 11: miss rate 50 % is above 20 %',
      ],
      ['shrinks below the band', 8, 0.01, {}, 'SHRINK', 6, 'shrink from 8 to 6: miss rate 1 % is below 5 %'],
      [
        'tells a rate from the bound that it is just below',
        8,
        0.04996,
        {},
        'SHRINK',
        6,
        'shrink from 8 to 6: miss rate 4.996 % is below 5 %',
      ],
      ['rounds down', 3, 0, {}, 'SHRINK', 2, 'shrink from 3 to 2: miss rate 0 % is below 5 %'],
      [
        'takes 10 × 0.7 for 7',
        10,
        0,
        { shrinkRatio: 0.7 },
        'SHRINK',
        7,
        'shrink from 10 to 7: miss rate 0 % is below 5 %',
      ],
      [
        'holds inside the band',
        3,
        0.125,
        {},
        'HOLD',
        3,
        'held at 3: miss rate 12.5 % is between 5 % and 20 %',
      ],
      ['holds at the upper edge', 3, 0.2, {}, 'HOLD', 3, 'held at 3: miss rate 20 % is between 5 % and 20 %'],
      ['holds at the lower edge', 3, 0.05, {}, 'HOLD', 3, 'held at 3: miss rate 5 % is between 5 % and 20 %'],
      [
        'stops at the most',
        8,
        0.9,
        { maxNodes: 10 },
        'EXPAND',
        10,
        'expand from 8 to 10: miss rate 90 % is above 20 %',
      ],
      [
        'stays at the most',
        10,
        0.9,
        { maxNodes: 10 },
        'HOLD',
        10,
        'held at 10: miss rate 90 % is above 20 %, but 10 is the most that is allowed',
      ],
      [
        'stays at the least',
        1,
        0,
        {},
        'HOLD',
        1,
        'held at 1: miss rate 0 % is below 5 %, but 1 is the least that is allowed',
      ],
    ])('%s', (_, size, missRate, policy, verdict, newSize, reason) => {
      expect(decide(inputs({ size, missRate, policy }))).toEqual({ verdict, size: newSize, reason });
    });

    it('only advises in MANUAL mode', () => {
      expect(decide(inputs({ size: 3, missRate: 0.31, policy: { mode: 'MANUAL' } }))).toEqual({
        verdict: 'EXPAND',
        size: 5,
        reason: 'would expand from 3 to 5: miss rate 31 % is above 20 %, but the mode is MANUAL',
      });
    });

    it('brings a pool that is out of its bounds back, whatever it misses', () => {
      const reason = 'the pool must have 4 to 6 nodes';
      const policy = { minNodes: 4, maxNodes: 6 };
      expect(decide(inputs({ size: 3, missRate: 0, policy }))).toEqual({
        verdict: 'EXPAND',
        size: 4,
        reason: `expand from 3 to 4: ${reason}`,
      });
      expect(decide(inputs({ size: 9, missRate: 1, policy }))).toMatchObject({ verdict: 'SHRINK', size: 6 });
    });
  });

  describe('holds, although the miss rate is above the band,', () => {
    it.each<[string, Parameters<typeof inputs>[0], string]>([
      ['while a resize is under way', { pool: { isResizing: true } }, 'a resize is under way'],
      ['while a node starts', { states: ['READY', 'STARTING'] }, 'node-1 is starting'],
      ['while a node is about to join', { states: ['READY', 'JOINING'] }, 'node-1 is starting'],
      ['while a node does not answer', { states: ['READY', 'SUSPECT', 'READY'] }, 'node-1 does not answer'],
      ['without data', { minute: null }, 'there is no data of the last minute'],
      ['when nobody has read', { gets: 0 }, 'nobody has read in the last minute'],
      [
        'when data of a node is missing',
        { isComplete: false },
        'data of some node is missing in the last minute',
      ],
      [
        'when the nodes are given',
        { pool: { fixedReason: 'They are given.' } },
        'its size is fixed. They are given.',
      ],
      ['soon after a resize', { pool: { lastResizeFinishedAt: NOW - 40_000 } }, 'a resize finished 40 s ago'],
      [
        'when the minute began before the end of a resize',
        { pool: { lastResizeFinishedAt: NOW - 70_000 }, policy: { cooldownSeconds: 0 } },
        'a resize finished 70 s ago, and the minute began before',
      ],
      ['soon after a node was replaced', { launchedAt: NOW - 100_000 }, 'node-0 was launched 100 s ago'],
      [
        'when it has left that size because it was more than needed',
        { changes: [change({ verdict: 'SHRINK', size: 5, newSize: 3, at: NOW - 10 * MINUTE })] },
        '5 was found more than needed 10 min ago',
      ],
    ])('%s', (_, facts, reason) => {
      const conclusion = decide(inputs({ size: 3, missRate: 0.31, ...facts }));
      expect(conclusion).toMatchObject({ verdict: 'HOLD', size: 3 });
      expect(conclusion.reason.startsWith('held at 3: ')).toBe(true);
      expect(conclusion.reason.endsWith(reason)).toBe(true);
    });

    it('says both the wish and what is against it', () => {
      const facts = { size: 3, missRate: 0.31, pool: { lastResizeFinishedAt: NOW - 40_000 } };
      expect(decide(inputs(facts)).reason).toBe(
        'held at 3: miss rate 31 % is above 20 %, but a resize finished 40 s ago',
      );
    });
  });

  describe('once a size was too small', () => {
    const grown = change({
      verdict: 'EXPAND',
      size: 4,
      newSize: 6,
      missRate: 0.3,
      gets: 1000,
      at: NOW - 90 * MINUTE,
    });

    it('does not go back to it, or below, under the same load', () => {
      expect(decide(inputs({ size: 5, missRate: 0.01, gets: 1100, changes: [grown] }))).toEqual({
        verdict: 'HOLD',
        size: 5,
        reason:
          'held at 5: miss rate 1 % is below 5 %, but with 4 it was 30 % at 1,000 gets a minute, 90 min ago',
      });
    });

    it('does when the load has become another', () => {
      expect(decide(inputs({ size: 6, missRate: 0.01, gets: 500, changes: [grown] }))).toMatchObject({
        verdict: 'SHRINK',
        size: 4,
      });
    });

    it.each([
      ['after a day', [24], 'SHRINK'],
      ['not yet after less than a day', [23.9], 'HOLD'],
      ['not yet after a day, when it was found twice', [25, 80], 'HOLD'],
      ['after two days, when it was found twice', [48, 80], 'SHRINK'],
    ] as const)('may try it again %s', (_, hoursAgo, verdict) => {
      const changes = hoursAgo.map((hours) => ({ ...grown, at: NOW - hours * 60 * MINUTE }));
      expect(decide(inputs({ size: 5, missRate: 0.01, gets: 1000, changes })).verdict).toBe(verdict);
    });

    it('does when that miss rate would be allowed now', () => {
      const policy = { maxMissRate: 0.4 };
      expect(decide(inputs({ size: 6, missRate: 0.01, gets: 1000, changes: [grown], policy }))).toMatchObject(
        {
          verdict: 'SHRINK',
        },
      );
    });
  });

  it('is not misled by a clock that was turned back', () => {
    const pool = { lastResizeFinishedAt: NOW + 10 * MINUTE };
    expect(decide(inputs({ size: 3, missRate: 0.31, pool })).reason).toContain('a resize finished 0 s ago');
  });
});

function inputs({
  size = 2,
  missRate = 0.1,
  gets = 1000,
  isComplete = true,
  minute,
  policy = {},
  pool = {},
  states,
  launchedAt = 0,
  changes = [],
}: {
  size?: number;
  missRate?: number;
  gets?: number;
  isComplete?: boolean;
  minute?: null;
  policy?: Partial<ScalingPolicy>;
  pool?: Partial<PoolNow>;
  states?: string[];
  launchedAt?: number;
  changes?: PastChange[];
}): Inputs {
  const full: Minute = { time: NOW - 90_000, gets, missRate: gets === 0 ? null : missRate, isComplete };
  const nodes = (states ?? Array<string>(size).fill('READY')).map((state, index) => ({
    name: `node-${index}`,
    state,
    launchedAt,
  }));
  return {
    now: NOW,
    minute: minute === null ? undefined : full,
    policy: {
      mode: 'AUTO',
      maxMissRate: 0.2,
      minMissRate: 0.05,
      expandRatio: 1.5,
      shrinkRatio: 0.75,
      minNodes: 1,
      maxNodes: 20,
      cooldownSeconds: 180,
      flapWindowMinutes: 30,
      ...policy,
    },
    pool: {
      desiredSize: size,
      fixedReason: null,
      nodes,
      isResizing: false,
      lastResizeFinishedAt: null,
      ...pool,
    },
    changes,
  };
}

function change(facts: Partial<PastChange>): PastChange {
  return { at: NOW, verdict: 'EXPAND', size: 2, newSize: 3, missRate: 0.3, gets: 1000, ...facts };
}
