import { afterEach, describe, expect, it, vi } from 'vitest';
import { ShoalError } from './errors.ts';
import { Turns } from './turns.ts';

const refusal = () => new ShoalError('UNAVAILABLE', 'Too many.');

describe('Turns', () => {
  afterEach(() => vi.useRealTimers());

  it('come in the order of asking, so many at once', async () => {
    const turns = new Turns({ atOnce: 2, maxWaiting: 10, refusal });
    const order: number[] = [];
    const leave = await Promise.all([turns.take(), turns.take()]);
    const later = [3, 4, 5].map((number) => turns.take().then((end) => (order.push(number), end)));
    await Promise.resolve();
    expect(order).toEqual([]);
    leave[0]!();
    leave[0]!();
    (await later[0]!)();
    (await later[1]!)();
    await later[2];
    expect(order).toEqual([3, 4, 5]);
  });

  it('are refused when too many wait, or when one has waited for too long', async () => {
    vi.useFakeTimers();
    const turns = new Turns({ atOnce: 1, maxWaiting: 2, maxWaitMs: 1_000, refusal });
    const leave = await turns.take();
    const waiting = [turns.take(), turns.take()];
    const outcomes = Promise.allSettled(waiting);
    await expect(turns.take()).rejects.toThrow('Too many.');
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    leave();
    (await turns.take())();
  });
});
