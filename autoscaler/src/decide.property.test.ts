import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import type { PastChange, ScalingPolicy } from './inputs.ts';

const MINUTE = 60_000;
const MAX_NODES = 20;
/** Of the loads that are tried; AUTOSCALER_SEED tries others. */
const SEED = Number(process.env['AUTOSCALER_SEED'] ?? 20_261);

/** What the pool sees in a minute: reads, and how many of them miss at each size. More nodes never miss more. */
interface Load {
  readonly gets: number;
  missRate(size: number): number;
}

interface Run {
  readonly sizes: readonly number[];
  readonly changes: readonly PastChange[];
}

describe('the size over a long time', () => {
  it('never leaves the bounds, and changes at most once in a cooldown, under any load', () => {
    fc.assert(
      fc.property(
        policies,
        firstSizes,
        fc.array(loads, { minLength: 1, maxLength: 40 }),
        (policy, size, series) => {
          const { sizes, changes } = run(
            policy,
            size,
            300,
            (minute) => series[Math.floor(minute / 8) % series.length]!,
          );
          expect(sizes.slice(1).every((n) => n >= policy.minNodes && n <= policy.maxNodes)).toBe(true);
          for (const [index, { at }] of changes.entries()) {
            const before = changes[index + 1];
            if (before !== undefined)
              expect(at - before.at).toBeGreaterThanOrEqual(policy.cooldownSeconds * 1000);
          }
        },
      ),
      { numRuns: 500, seed: SEED },
    );
  });

  it('comes to rest under any constant load, and is never changed to and fro', () => {
    fc.assert(
      fc.property(policies, firstSizes, loads, (policy, size, load) => {
        const { sizes, changes } = run(policy, size, 1200, () => load);
        const last = sizes.at(-1)!;
        expect(sizes.slice(-600).every((n) => n === last)).toBe(true);
        const turns = changes.filter(
          ({ verdict }, index) => index > 0 && verdict !== changes[index - 1]!.verdict,
        );
        expect(turns.length).toBeLessThanOrEqual(2);
      }),
      { numRuns: 500, seed: SEED },
    );
  });

  it('comes to rest inside the band, where some size that it can reach lies inside', () => {
    const policy: ScalingPolicy = {
      ...USUAL,
      expandRatio: 1.1,
      shrinkRatio: 0.95,
      minNodes: 1,
      maxNodes: MAX_NODES,
    };
    fc.assert(
      fc.property(firstSizes, fc.double({ min: 0.3, max: 2, noNaN: true }), (size, steepness) => {
        const load: Load = { gets: 1000, missRate: (n) => Math.min(1, steepness / n) };
        const inside = Array.from({ length: MAX_NODES }, (_, i) => i + 1).filter((n) => {
          const rate = load.missRate(n);
          return rate <= policy.maxMissRate && rate >= policy.minMissRate;
        });
        fc.pre(inside.length > 1);
        expect(inside).toContain(run(policy, size, 3000, () => load).sizes.at(-1));
      }),
      { numRuns: 200, seed: SEED },
    );
  });
});

const USUAL: ScalingPolicy = {
  mode: 'AUTO',
  maxMissRate: 0.2,
  minMissRate: 0.05,
  expandRatio: 1.5,
  shrinkRatio: 0.75,
  minNodes: 1,
  maxNodes: 8,
  cooldownSeconds: 180,
  flapWindowMinutes: 30,
};

const policies: fc.Arbitrary<ScalingPolicy> = fc
  .record({
    maxMissRate: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
    minShare: fc.double({ min: 0, max: 0.95, noNaN: true }),
    expandRatio: fc.double({ min: 1.05, max: 3, noNaN: true }),
    shrinkRatio: fc.double({ min: 0.2, max: 0.95, noNaN: true }),
    minNodes: fc.integer({ min: 1, max: 6 }),
    more: fc.integer({ min: 0, max: 14 }),
    cooldownSeconds: fc.constantFrom(0, 60, 180, 600),
    flapWindowMinutes: fc.constantFrom(0, 10, 30, 120),
  })
  .map(({ minShare, more, ...policy }) => ({
    mode: 'AUTO',
    ...policy,
    minMissRate: policy.maxMissRate * minShare,
    maxNodes: policy.minNodes + more,
  }));

const firstSizes = fc.integer({ min: 1, max: MAX_NODES });

const loads: fc.Arbitrary<Load> = fc
  .record({
    gets: fc.constantFrom(0, 10, 1000, 1100, 100_000),
    drops: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: MAX_NODES,
      maxLength: MAX_NODES,
    }),
  })
  .map(({ gets, drops }) => ({
    gets,
    missRate: (size) => drops.slice(0, size).reduce((rate, drop) => rate * drop, 1),
  }));

/** A decision each minute, and a resize of half a minute after each change. */
function run(
  policy: ScalingPolicy,
  firstSize: number,
  minutes: number,
  loadAt: (minute: number) => Load,
): Run {
  const sizes = [firstSize];
  const changes: PastChange[] = [];
  let size = firstSize;
  let lastResizeFinishedAt: number | null = null;
  for (let minute = 1; minute <= minutes; minute++) {
    const now = minute * MINUTE + 5_000;
    const { gets, missRate } = loadAt(minute);
    const rate = gets === 0 ? null : missRate(size);
    const nodes = Array.from({ length: size }, (_, i) => ({
      name: `node-${i}`,
      state: 'READY',
      launchedAt: -1e9,
    }));
    const { verdict, size: wanted } = decide({
      now,
      policy,
      minute: { time: now - 65_000, gets, missRate: rate, isComplete: true },
      pool: { desiredSize: size, fixedReason: null, nodes, isResizing: false, lastResizeFinishedAt },
      changes,
    });
    if (verdict !== 'HOLD') {
      changes.unshift({ at: now, verdict, size, newSize: wanted, missRate: rate, gets });
      size = wanted;
      lastResizeFinishedAt = now + 30_000;
    }
    sizes.push(size);
  }
  return { sizes, changes };
}
