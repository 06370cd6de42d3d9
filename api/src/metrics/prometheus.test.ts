import { execFile, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { LatencyMeter } from './latency.ts';
import { formatMetrics } from './prometheus.ts';
import { shoalMetrics } from './shoal-metrics.ts';

/** Debian's, of the package python3-prometheus-client. */
const PYTHON = '/usr/bin/python3';
const PARSE = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families as parse
json.dump([
    {"name": f.name, "type": f.type, "help": f.documentation,
     "samples": [{"name": s.name, "labels": s.labels, "value": str(s.value)} for s in f.samples]}
    for f in parse(sys.stdin.read())], sys.stdout)
`;

interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly { name: string; labels: Record<string, string>; value: string }[];
}

const isMissing = spawnSync(PYTHON, ['-c', 'import prometheus_client.parser']).status !== 0;

describe.skipIf(isMissing)('what is told to Prometheus, as its own client reads it', () => {
  it('is families of known types with help, in base units, each series once', async () => {
    const families = await parse(formatMetrics(metrics()));
    expect(families.length).toBeGreaterThan(15);
    for (const { name, type, help, samples } of families) {
      expect([name, ['counter', 'gauge', 'histogram'].includes(type)]).toEqual([name, true]);
      expect(help).toMatch(/^[A-Z].*\.$/);
      expect(name).toMatch(/^(shoal|process)_[a-z_]+$/);
      expect(name).not.toMatch(/_(ms|milliseconds|minutes|kb|kib|mib|percent)\b/);
      expect(name).not.toMatch(/_(counter|gauge|histogram|count|sum|bucket|info)$/);
      if (type === 'counter') expect(samples.every((sample) => sample.name === `${name}_total`)).toBe(true);
      const series = samples.map((sample) =>
        JSON.stringify([sample.name, Object.entries(sample.labels).sort()]),
      );
      expect(new Set(series).size).toBe(series.length);
      for (const { labels } of samples)
        expect(Object.keys(labels).every((label) => /^(node|state|le)$/.test(label))).toBe(true);
    }
  });

  it('has a histogram whose buckets rise to the count', async () => {
    const histogram = (await parse(formatMetrics(metrics()))).find(({ type }) => type === 'histogram')!;
    const { name, samples } = histogram;
    const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => (labels['le'] === '+Inf' ? Infinity : Number(labels['le'])));
    expect(bounds).toEqual(bounds.toSorted((a, b) => a - b));
    expect(bounds.at(-1)).toBe(Infinity);
    const counts = buckets.map(({ value }) => Number(value));
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    const one = (suffix: string) => samples.find((sample) => sample.name === name + suffix)?.value;
    expect([counts.at(-1), Number(one('_count')), Number(one('_sum'))]).toEqual([3, 3, 200.251]);
  });

  it('gives labels back as they were', async () => {
    const families = await parse(formatMetrics(metrics()));
    const up = families.find(({ name }) => name === 'shoal_node_up')!;
    expect(up.samples.map(({ labels, value }) => [labels['node'], Number(value)])).toEqual([
      ['node-0', 1],
      [STRANGE, 0],
    ]);
  });
});

const STRANGE = 'a "strange"\\ name\nof two lines';

function metrics() {
  const times = new LatencyMeter();
  for (const ms of [1, 250, 200_000]) times.record(ms);
  const counted = { hits: 3, misses: 1, sets: 1, evictions: 0, bytesIn: 10, bytesOut: 2 ** 53 };
  const gauges = { items: 1, bytes: 100, capacityBytes: 1_000, connections: 4 };
  return shoalMetrics(
    [
      { node: { id: '1', name: 'node-0', state: 'READY' }, last: { ...counted, ...gauges } },
      { node: { id: '2', name: STRANGE, state: 'SUSPECT' }, last: undefined },
    ],
    { counters: { objectReads: 5, previousOwnerReads: 6 }, times },
    { residentBytes: 1, cpuSeconds: 2.5 },
  );
}

async function parse(text: string): Promise<Family[]> {
  return await new Promise((resolve, reject) => {
    const child = execFile(PYTHON, ['-c', PARSE], (error, stdout) => {
      if (error) reject(error);
      else resolve(JSON.parse(stdout) as Family[]);
    });
    child.stdin!.end(text);
  });
}
