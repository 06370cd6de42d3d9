import { expect, test } from 'vitest';
import { LatencyMeter, quantileMs, parseLatencies, writeLatencies } from './latency.ts';
import type { ObservedNode } from './node-source.ts';
import { formatMetrics } from './prometheus.ts';
import { shoalMetrics } from './shoal-metrics.ts';

const USAGE = { residentBytes: 1, cpuSeconds: 2.5 };
const LAST = {
  hits: 3,
  misses: 1,
  sets: 1,
  evictions: 0,
  bytesIn: 10,
  bytesOut: 20,
  items: 1,
  bytes: 100,
  capacityBytes: 1_000,
  connections: 4,
};

test('what Prometheus is told: every name once, counters that end in _total, labels escaped', () => {
  const reads = { counters: { objectReads: 5, previousOwnerReads: 6 }, times: new LatencyMeter() };
  reads.times.record(1);
  reads.times.record(200_000);
  const nodes = [
    { node: node('1', 'node-0', 'DRAINING'), last: { ...LAST, hits: 99 } },
    { node: node('2', 'node-0', 'READY'), last: LAST },
    { node: node('3', 'a "strange"\\ name\n', 'SUSPECT'), last: undefined },
  ];
  const text = formatMetrics(shoalMetrics(nodes, reads, USAGE));
  const lines = text.split('\n');
  expect(lines).toContain('shoal_nodes{state="draining"} 1');
  expect(lines).toContain('shoal_node_gets_total{node="node-0"} 4');
  expect(lines).toContain('shoal_node_up{node="a \\"strange\\"\\\\ name\\n"} 0');
  expect(lines).toContain('shoal_object_reads_total 5');
  expect(lines).toContain('shoal_image_read_duration_seconds_bucket{le="0.00064"} 0');
  expect(lines).toContain('shoal_image_read_duration_seconds_bucket{le="0.00128"} 1');
  expect(lines).toContain('shoal_image_read_duration_seconds_bucket{le="+Inf"} 2');
  expect(lines).toContain('shoal_image_read_duration_seconds_count 2');
  const series = lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replace(/ \S+$/, ''));
  expect(new Set(series).size).toBe(series.length);
  for (const [, name, type] of text.matchAll(/# TYPE (\S+) (\S+)/g)) {
    expect([name, name!.endsWith('_total')]).toEqual([name, type === 'counter']);
  }
});

test.each([0, 0.001, 0.01, 0.3, 1, 7, 1_000, 60_000])('a time of %d ms is found again to a tenth', (ms) => {
  const meter = new LatencyMeter();
  for (let reads = 0; reads < 99; reads++) meter.record(ms);
  meter.record(100_000);
  const counts = parseLatencies(writeLatencies(meter.counts()));
  expect(counts).toEqual(meter.counts());
  const found = quantileMs(counts, 0.99)!;
  expect(Math.abs(found - Math.max(ms, 0.01))).toBeLessThanOrEqual(Math.max(ms, 0.01) / 10);
});

test('of no reads there is no median', () => {
  expect(quantileMs(new LatencyMeter().counts(), 0.5)).toBeNull();
});

function node(id: string, name: string, state: ObservedNode['state']): ObservedNode {
  return { id, name, state };
}
