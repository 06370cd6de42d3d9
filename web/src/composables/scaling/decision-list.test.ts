import { describe, expect, it } from 'vitest';
import { NO_DECISIONS, putDecision, putHead, putTail, type DecisionList } from './decision-list.ts';

describe('a list of decisions', () => {
  it.each([
    ['begins with what is fetched', NO_DECISIONS, list('cb', true), 'cb', true],
    ['gets what is new', list('dc', true), list('ed', true), 'edc', true],
    [
      'keeps what was loaded behind the part that is fetched again',
      list('dcba', false),
      list('ed', true),
      'edcba',
      false,
    ],
    [
      'keeps a decision that was told after the part was fetched',
      list('edc', true),
      list('dc', true),
      'edc',
      true,
    ],
    ['drops what lies behind a gap', list('ba', false), list('ed', true), 'ed', true],
    ['knows no gap where there is nothing more', list('b', true), list('cb', false), 'cb', false],
    ['stays empty', NO_DECISIONS, NO_DECISIONS, '', false],
  ])('%s', (_name, before, head, ids, hasMore) => {
    const after = putHead(before, head);
    expect(idsOf(after)).toBe(ids);
    expect(after.hasMore).toBe(hasMore);
    expect(after.endCursor).toBe(ids === '' ? null : `after ${ids.at(-1)}`);
  });

  it('grows at its end, and by single decisions once each', () => {
    const longer = putTail(list('dc', true), list('ba', false));
    expect(idsOf(longer)).toBe('dcba');
    expect(longer).toMatchObject({ endCursor: 'after a', hasMore: false });
    const [told] = list('e', false).decisions;
    const told1 = putDecision(longer, told!);
    expect(idsOf(told1)).toBe('edcba');
    expect(putDecision(told1, told!)).toBe(told1);
  });
});

/** One decision for each letter, the later the greater. */
function list(ids: string, hasMore: boolean): DecisionList {
  const decisions = [...ids].map((id) => ({
    id,
    at: '2026-01-01T00:00:00Z',
    mode: 'AUTO' as const,
    verdict: 'HOLD' as const,
    size: 2,
    newSize: 2,
    applied: false,
    reason: 'held at 2: a resize is under way',
    missRate: null,
    gets: null,
    nodesReady: null,
  }));
  return { decisions, endCursor: `after ${ids.at(-1)}`, hasMore };
}

function idsOf({ decisions }: DecisionList): string {
  return decisions.map(({ id }) => id).join('');
}
