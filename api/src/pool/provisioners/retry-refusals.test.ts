import { expect, it } from 'vitest';
import { retryRefusals } from './retry-refusals.ts';

const isWorthIt = (error: unknown) => (error as Error).message === 'slow down';

it('what is refused for too many requests is tried again after waits whose bound doubles', async () => {
  const { waits, clock } = steppingClock();
  let tries = 0;
  const answer = await retryRefusals({ clock, random: () => 0.5, withinMs: 60_000, isWorthIt }, async () => {
    if (++tries < 8) throw new Error('slow down');
    return 'done';
  });
  expect(answer).toBe('done');
  expect(waits).toEqual([100, 200, 400, 800, 1_600, 2_500, 2_500]);
});

it('is given up when the next wait would take too long, and at once for any other refusal', async () => {
  const { waits, clock } = steppingClock();
  const options = { clock, random: () => 0.99, withinMs: 1_000, isWorthIt };
  await expect(retryRefusals(options, () => Promise.reject(new Error('slow down')))).rejects.toThrow(
    'slow down',
  );
  expect(waits).toEqual([198, 396]);
  await expect(retryRefusals(options, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(waits).toHaveLength(2);
});

function steppingClock() {
  const waits: number[] = [];
  let now = 0;
  const clock = {
    now: () => now,
    after: (ms: number, callback: () => void) => {
      waits.push(ms);
      now += ms;
      callback();
      return () => {};
    },
  };
  return { waits, clock };
}
