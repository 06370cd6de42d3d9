import { describe, expect, test } from 'vitest';
import { CopyLimit, type CopyClock } from './copy-limit.ts';

const MIB = 2 ** 20;

describe('the limit of copying', () => {
  test('lets through as many bytes as the time that has passed allows', async () => {
    const clock = new FakeClock();
    const limit = new CopyLimit(() => 4, clock);
    for (let i = 0; i < 100; i++) await limit.take(MIB, NEVER);
    // The last one's debt is not waited for.
    expect(clock.now()).toBeGreaterThan(24_500);
    expect(clock.now()).toBeLessThan(24_900);
  });

  test('lets a large entry through at once and makes those after it wait', async () => {
    const clock = new FakeClock();
    const limit = new CopyLimit(() => 1, clock);
    await limit.take(30 * MIB, NEVER);
    expect(clock.now()).toBe(0);
    await limit.take(1, NEVER);
    expect(clock.now()).toBeCloseTo(30_000, -2);
  });

  test('follows a change of the limit while somebody waits', async () => {
    const clock = new FakeClock();
    const limit = new CopyLimit(() => (clock.now() < 1_000 ? 0 : 10), clock);
    await limit.take(MIB, NEVER);
    expect(clock.now()).toBeGreaterThanOrEqual(1_000);
    expect(clock.now()).toBeLessThan(1_100);
  });

  test('saves up no more than a tenth of a second', async () => {
    const clock = new FakeClock();
    const limit = new CopyLimit(() => 1, clock);
    await clock.sleep(1_000_000);
    for (let i = 0; i < 10; i++) await limit.take(MIB, NEVER);
    expect(clock.now() - 1_000_000).toBeGreaterThan(8_800);
  });

  test('does not hold up anybody without a limit', async () => {
    const clock = new FakeClock();
    const limit = new CopyLimit(() => Infinity, clock);
    for (let i = 0; i < 100; i++) await limit.take(MIB, NEVER);
    expect(clock.now()).toBe(0);
  });

  test('lets go of those who wait when the signal aborts', async () => {
    const abort = new AbortController();
    const limit = new CopyLimit(() => 0, new FakeClock(() => abort.abort(new Error('enough'))));
    await expect(limit.take(1, abort.signal)).rejects.toThrow('enough');
  });

  test('what was given back may be taken by the next', async () => {
    const clock = new FakeClock();
    const limit = new CopyLimit(() => 1, clock);
    for (let i = 0; i < 1_000; i++) {
      await limit.take(MIB, NEVER);
      limit.giveBack(MIB);
    }
    expect(clock.now()).toBe(0);
  });
});

const NEVER = new AbortController().signal;

/** Time passes only while somebody sleeps. */
class FakeClock implements CopyClock {
  #now = 0;
  readonly #onSleep: () => void;

  constructor(onSleep = (): void => {}) {
    this.#onSleep = onSleep;
  }

  now(): number {
    return this.#now;
  }

  async sleep(ms: number): Promise<void> {
    this.#now += ms;
    this.#onSleep();
    await Promise.resolve();
  }
}
