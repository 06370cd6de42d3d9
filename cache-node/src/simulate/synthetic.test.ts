import { describe, expect, test } from 'vitest';
import { type SyntheticName, syntheticNames, synthesize } from './synthetic.ts';
import type { Access } from './trace.ts';

describe('synthetic traces', () => {
  function generate(name: SyntheticName, seed = 1): Access[] {
    return [...synthesize(name, { requests: 100_000, keys: 1_000, seed })].flat();
  }

  test.each(syntheticNames)('%s has the length asked for and is the same for the same seed', (name) => {
    const trace = generate(name);
    expect(trace).toHaveLength(100_000);
    expect(generate(name)).toEqual(trace);
    expect(generate(name, 2)).not.toEqual(trace);
  });

  test.each(syntheticNames)('%s gives a key one size', (name) => {
    const sizes = new Map<string, number>();
    for (const { key, sizeBytes } of generate(name)) {
      if ((sizes.get(key) ?? sizeBytes) !== sizeBytes) expect.fail(`${key} has two sizes`);
      sizes.set(key, sizeBytes);
    }
  });

  test('scans belong to about every fifth request', () => {
    const trace = [...synthesize('scans', { requests: 1_000_000, keys: 1_000, seed: 1 })].flat();
    const share = trace.filter(({ key }) => key.startsWith('archive-')).length / trace.length;
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.3);
  });

  test('drift replaces what is popular', () => {
    const trace = generate('drift');
    expect(mostPopular(trace.slice(0, 10_000))).not.toBe(mostPopular(trace.slice(-10_000)));
  });

  test('images are of 2 kB to 5 MB, half of them under 60 kB', () => {
    const sizes = [...new Map(generate('images').map(({ key, sizeBytes }) => [key, sizeBytes])).values()];
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(2_000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(5_000_000);
    const median = sizes.sort((a, b) => a - b)[Math.floor(sizes.length / 2)];
    expect(median).toBeGreaterThan(50_000);
    expect(median).toBeLessThan(70_000);
  });

  function mostPopular(trace: Access[]): string | undefined {
    const counts = new Map<string, number>();
    for (const { key } of trace) counts.set(key, (counts.get(key) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  }
});
