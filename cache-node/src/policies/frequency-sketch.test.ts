import { describe, expect, test } from 'vitest';
import { FrequencySketch } from './frequency-sketch.ts';
import { hashKey } from './key-hash.ts';

describe('a frequency sketch', () => {
  test('counts up to 15', () => {
    const sketch = new FrequencySketch();
    for (let times = 0; times < 20; times++) {
      expect(sketch.estimate(hashKey('a'))).toBe(Math.min(times, 15));
      sketch.add(hashKey('a'));
    }
    expect(sketch.estimate(hashKey('b'))).toBe(0);
  });

  test('keeps its counts when it grows', () => {
    const sketch = new FrequencySketch();
    for (let key = 0; key < 100; key++)
      for (let times = 0; times < key % 10; times++) sketch.add(hashKey(`${key}`));
    sketch.ensureEntries(10_000, Infinity);
    for (let key = 0; key < 100; key++) {
      expect(sketch.estimate(hashKey(`${key}`))).toBeGreaterThanOrEqual(key % 10);
    }
  });

  test('is right about nearly all of as many keys as it has entries', () => {
    const sketch = new FrequencySketch();
    sketch.ensureEntries(10_000, Infinity);
    for (let key = 0; key < 10_000; key++) sketch.add(hashKey(`${key}`));
    let wrong = 0;
    for (let key = 0; key < 10_000; key++) if (sketch.estimate(hashKey(`${key}`)) !== 1) wrong++;
    expect(wrong).toBeLessThan(10);
  });

  test('halves what it counted as time goes by', () => {
    const sketch = new FrequencySketch();
    sketch.ensureEntries(1000, Infinity);
    for (let times = 0; times < 12; times++) sketch.add(hashKey('once popular'));
    for (let key = 0; key < 32 * 1000; key++) sketch.add(hashKey(`other-${key % 4000}`));
    expect(sketch.estimate(hashKey('once popular'))).toBe(6);
  });
});
