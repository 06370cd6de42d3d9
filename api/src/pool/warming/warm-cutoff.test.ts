import { describe, expect, test } from 'vitest';
import { WarmCutoff } from './warm-cutoff.ts';

describe('the cut-off of a target', () => {
  test('lets everything through that there is room for', () => {
    const cutoff = new WarmCutoff(1_000);
    for (let age = 0; age < 5; age++) cutoff.countOwn(age * 1_000, 100);
    for (let age = 0; age < 5; age++) cutoff.countComing(age * 1_000_000, 100);
    expect(cutoff.settle()).toEqual({ entries: 5, bytes: 500 });
    expect(cutoff.admits(4_000_000, 100)).toBe(true);
    expect(cutoff.admits(1e9, 100)).toBe(true);
  });

  test('keeps out what is older than what it would displace', () => {
    const cutoff = new WarmCutoff(1_000);
    for (const age of [0, 10, 20, 30, 40]) cutoff.countOwn(age, 100);
    for (const age of [5, 15, 25, 35, 45, 55, 65]) cutoff.countComing(age, 100);
    expect(cutoff.settle()).toEqual({ entries: 5, bytes: 500 });
    expect([5, 15, 25, 35, 45].map((age) => cutoff.admits(age, 100))).toEqual([true, true, true, true, true]);
    expect([55, 65].map((age) => cutoff.admits(age, 100))).toEqual([false, false]);
  });

  test('lets nothing old displace young ones of its own', () => {
    const cutoff = new WarmCutoff(500);
    for (let i = 0; i < 10; i++) cutoff.countOwn(1, 100);
    for (let i = 0; i < 10; i++) cutoff.countComing(2, 100);
    expect(cutoff.settle()).toEqual({ entries: 0, bytes: 0 });
    expect(cutoff.admits(2, 100)).toBe(false);
    expect(cutoff.admits(1, 100)).toBe(false);
  });

  test('shares out the room where it ends in the order of listing', () => {
    const cutoff = new WarmCutoff(1_000);
    for (let i = 0; i < 4; i++) cutoff.countOwn(7, 100);
    for (let i = 0; i < 10; i++) cutoff.countComing(7, 100);
    expect(cutoff.settle()).toEqual({ entries: 6, bytes: 600 });
    const admitted = Array.from({ length: 10 }, () => cutoff.admits(7, 100));
    expect(admitted).toEqual([true, true, true, true, true, true, false, false, false, false]);
    expect(cutoff.admits(6, 100)).toBe(true);
  });

  test('tells ages of years apart by two percent', () => {
    for (const age of [100, 3_600, 86_400, 30 * 86_400, 365 * 86_400]) {
      const cutoff = new WarmCutoff(100);
      cutoff.countComing(age, 100);
      cutoff.countComing(age * 1.02, 100);
      cutoff.settle();
      expect([cutoff.admits(age, 100), cutoff.admits(age * 1.02, 100)]).toEqual([true, false]);
    }
  });
});
