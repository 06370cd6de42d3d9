import { CombinedError } from '@urql/vue';
import { describe, expect, it } from 'vitest';
import { Action } from './action.ts';

const failure = new CombinedError({ networkError: new Error('gone') });

describe('Action', () => {
  it('is pending until it is done, and ignores further attempts meanwhile', async () => {
    const ends: ((error?: CombinedError) => void)[] = [];
    const action = new Action(() => new Promise<CombinedError | undefined>((end) => ends.push(end)));
    const first = action.run();
    expect(action.state).toBe('pending');
    expect(await action.run()).toBe(false);
    ends[0]!();
    expect(await first).toBe(true);
    expect(action.state).toBe('idle');
    expect(ends).toHaveLength(1);
  });

  it('keeps the faults of a failure until the next attempt succeeds', async () => {
    const outcomes = [failure, undefined];
    const action = new Action(() => Promise.resolve(outcomes.shift()));
    expect(await action.run()).toBe(false);
    expect(action.state).toBe('failed');
    expect(action.faults).toEqual(['The server can’t be reached.']);
    expect(await action.run()).toBe(true);
    expect(action.faults).toEqual([]);
  });
});
