import { expect, test } from 'vitest';
import { makeNodeMinute, makeReadMinute } from '../../../test/minute-samples.ts';
import { MINUTE_MS, minuteOf, type MinuteSamples } from '../minutes.ts';
import { KEPT_MS, MERGED_AFTER_MS, MERGED_MS, type MetricsStore } from './metrics-store.ts';

const FIRST = minuteOf(1_700_000_000_000);
const NOTHING = { nodes: [], reads: [] };

/** What every MetricsStore must show; `open` gives two views of one new and empty store. */
export function testMetricsStore(
  open: () => Promise<{ readonly one: MetricsStore; readonly other: MetricsStore }>,
): void {
  test('gives back what was written, whoever reads, from minute to minute', async () => {
    const { one, other } = await open();
    expect(await one.read(0, FIRST)).toEqual(NOTHING);
    const samples = [0, 1, 2, 3].map((index) => samplesOf(FIRST + index * MINUTE_MS));
    for (const sample of samples.toReversed()) await one.write(sample);
    expect(await other.read(FIRST + MINUTE_MS, FIRST + 2 * MINUTE_MS)).toEqual({
      nodes: samples.slice(1, 3).flatMap(({ nodes }) => nodes),
      reads: samples.slice(1, 3).flatMap(({ reads }) => reads),
    });
  });

  test('knows what is not known from 0', async () => {
    const { one } = await open();
    const silent = makeNodeMinute({ minute: FIRST, seenSeconds: 0, gauges: undefined, totals: undefined });
    await one.write({ nodes: [silent], reads: [] });
    expect(await one.read(FIRST, FIRST)).toEqual({ nodes: [silent], reads: [] });
  });

  test('takes any id and name, and the greatest counts', async () => {
    const { one } = await open();
    const most = Number.MAX_SAFE_INTEGER;
    const sample = makeNodeMinute({
      minute: FIRST,
      id: 'Cache.EXAMPLE:11211 🐟',
      name: 'x'.repeat(300),
      counted: { hits: most, misses: most, sets: most, evictions: most, bytesIn: most, bytesOut: most },
    });
    await one.write({ nodes: [sample, { ...sample, id: 'cache.example:11211 🐟' }], reads: [] });
    expect((await one.read(FIRST, FIRST)).nodes).toEqual([
      sample,
      { ...sample, id: 'cache.example:11211 🐟' },
    ]);
  });

  test('puts a sample in the place of the one before, and leaves the others alone', async () => {
    const { one, other } = await open();
    const before = samplesOf(FIRST);
    await one.write(before);
    await one.write(before);
    const nodes = before.nodes.map((node) => ({ ...node, isReady: false }));
    const reads = before.reads.map((read) => ({ ...read, objectReads: 99 }));
    await other.write({ nodes: [nodes[1]!], reads: [reads[0]!] });
    expect(await one.read(FIRST, FIRST)).toEqual({
      nodes: [before.nodes[0], nodes[1]],
      reads: [reads[0], before.reads[1]],
    });
  });

  test('takes the same from two who write it at once', async () => {
    const { one, other } = await open();
    for (let index = 0; index < 5; index++) {
      const samples = samplesOf(FIRST + index * MINUTE_MS);
      await Promise.all([one.write(samples), other.write(samples)]);
      expect(await one.read(samples.nodes[0]!.minute, samples.nodes[0]!.minute)).toEqual(samples);
    }
  });

  test('merges what is old without a count more or less, and keeps what is young', async () => {
    const { one, other } = await open();
    const start = Math.floor(FIRST / MERGED_MS) * MERGED_MS;
    const minutes = Array.from({ length: 25 }, (_, index) => samplesOf(start + index * MINUTE_MS, index));
    for (const samples of minutes) await one.write(samples);
    const now = start + 2 * MERGED_MS + MERGED_AFTER_MS + MINUTE_MS;
    await one.compact(now);
    const merged = await other.read(start, start + 2 * MERGED_MS - 1);
    expect(merged.nodes.map(({ minute, seconds, id }) => [minute - start, seconds, id])).toEqual([
      [0, 600, 'a'],
      [0, 600, 'b'],
      [MERGED_MS, 600, 'a'],
      [MERGED_MS, 600, 'b'],
    ]);
    expect(merged.nodes[0]).toMatchObject({
      counted: { hits: 45, misses: 10 },
      observedSeconds: 600,
      gauges: minutes[9]!.nodes[0]!.gauges,
      totals: minutes[9]!.nodes[0]!.totals,
    });
    expect(merged.reads[1]).toMatchObject({ process: 'two', seconds: 600, objectReads: 45 });
    expect(merged.reads[1]!.times[7]).toBe(20);
    expect((await other.read(start + 2 * MERGED_MS, now)).nodes).toHaveLength(10);
    await other.compact(now);
    expect(await one.read(start, start + 2 * MERGED_MS - 1)).toEqual(merged);
  });

  test('forgets what is older than thirty days', async () => {
    const { one } = await open();
    await one.write(samplesOf(FIRST));
    await one.write(samplesOf(FIRST + MINUTE_MS));
    await one.compact(FIRST + KEPT_MS + 1);
    const { nodes, reads } = await one.read(0, FIRST + KEPT_MS);
    expect([nodes.length, reads.length]).toEqual([2, 2]);
  });
}

/** Of two nodes and two processes. */
function samplesOf(minute: number, hits = 5): MinuteSamples {
  const counted = { hits, misses: 1, sets: 2, evictions: 3, bytesIn: 4, bytesOut: 5 };
  const totals = { ...counted, hits: 1_000 + hits };
  const gauges = { items: hits, bytes: 7, capacityBytes: 8, connections: 9 };
  return {
    nodes: ['a', 'b'].map((id) => makeNodeMinute({ minute, id, counted, totals, gauges })),
    reads: ['one', 'two'].map((process) =>
      makeReadMinute({ minute, process, objectReads: hits, times: { 7: 2 } }),
    ),
  };
}
