import type { Counted } from './counted.ts';
import { CLASSES_PER_DOUBLING, longestOfClass, totalReads } from './latency.ts';
import type { NodeGauges, ObservedNode } from './node-source.ts';
import type { NodeNow } from './node-track.ts';
import { formatNumber, type Metric, type Sample } from './prometheus.ts';
import type { ReadSource } from './read-track.ts';

/** What a process takes of its machine. */
export interface ProcessUsage {
  readonly residentBytes: number;
  readonly cpuSeconds: number;
}

export function usageOfProcess(): ProcessUsage {
  const { user, system } = process.cpuUsage();
  return { residentBytes: process.memoryUsage.rss(), cpuSeconds: (user + system) / 1e6 };
}

/** What is measured of nodes, of the reads of images, and of this process. */
export function shoalMetrics(
  nodes: readonly NodeNow[],
  { counters, times }: ReadSource,
  { residentBytes, cpuSeconds }: ProcessUsage,
): Metric[] {
  return [
    ...nodeMetrics(nodes),
    readTimes(times),
    one('shoal_object_reads_total', 'counter', 'Reads of the object store for images.', counters.objectReads),
    one(
      'shoal_previous_owner_reads_total',
      'counter',
      'Entries that were read from a previous owner.',
      counters.previousOwnerReads,
    ),
    one('process_resident_memory_bytes', 'gauge', 'Resident memory of the process.', residentBytes),
    one('process_cpu_seconds_total', 'counter', 'Processor time of the process.', cpuSeconds),
  ];
}

const STATES: readonly ObservedNode['state'][] = ['STARTING', 'JOINING', 'READY', 'DRAINING', 'SUSPECT'];

function nodeMetrics(all: readonly NodeNow[]): Metric[] {
  // Two nodes under one label can be there at once for a moment; there can't be two numbers of one name. Later ones are younger.
  const nodes = [...new Map(all.map((now) => [now.node.name, now])).values()];
  const of = (
    name: string,
    type: Metric['type'],
    help: string,
    value: (last: Counted & NodeGauges) => number,
  ): Metric => ({
    name: `shoal_node_${name}`,
    type,
    help,
    samples: nodes.flatMap(({ node, last }) =>
      last === undefined ? [] : [{ labels: { node: node.name }, value: value(last) }],
    ),
  });
  return [
    {
      name: 'shoal_nodes',
      type: 'gauge',
      help: 'Nodes by their state.',
      samples: STATES.map((state) => ({
        labels: { state: state.toLowerCase() },
        value: all.filter(({ node }) => node.state === state).length,
      })),
    },
    {
      name: 'shoal_node_up',
      type: 'gauge',
      help: 'Whether the node has answered in the last second.',
      samples: nodes.map(({ node, last }) => ({
        labels: { node: node.name },
        value: last === undefined ? 0 : 1,
      })),
    },
    of('gets_total', 'counter', 'Reads that the node was asked for.', ({ hits, misses }) => hits + misses),
    of('hits_total', 'counter', 'Reads that were answered from memory.', ({ hits }) => hits),
    of('misses_total', 'counter', 'Reads that found nothing.', ({ misses }) => misses),
    of('sets_total', 'counter', 'Entries that were stored.', ({ sets }) => sets),
    of('evictions_total', 'counter', 'Entries thrown out to make room.', ({ evictions }) => evictions),
    of('received_bytes_total', 'counter', 'Bytes that the node has received.', ({ bytesIn }) => bytesIn),
    of('sent_bytes_total', 'counter', 'Bytes that the node has sent.', ({ bytesOut }) => bytesOut),
    of('items', 'gauge', 'Entries held.', ({ items }) => items),
    of('bytes', 'gauge', 'Payload and overhead held.', ({ bytes }) => bytes),
    of('capacity_bytes', 'gauge', 'The most that the node will hold.', ({ capacityBytes }) => capacityBytes),
    of('connections', 'gauge', 'Connections open to the node.', ({ connections }) => connections),
  ];
}

/** Of our classes only each doubling is shown. */
function readTimes(times: ReadSource['times']): Metric {
  const counts = times.counts();
  const buckets: Sample[] = [];
  let sofar = 0;
  counts.forEach((count, index) => {
    sofar += count;
    const isLast = index === counts.length - 1;
    if (index % CLASSES_PER_DOUBLING !== 0 && !isLast) return;
    const le = formatNumber(longestOfClass(index) / 1_000);
    buckets.push({ suffix: '_bucket', labels: { le }, value: sofar });
  });
  return {
    name: 'shoal_image_read_duration_seconds',
    type: 'histogram',
    help: 'Time from a request to the head of its answer, of those answered with an image.',
    samples: [
      ...buckets,
      { suffix: '_sum', value: times.sumMs / 1_000 },
      { suffix: '_count', value: totalReads(counts) },
    ],
  };
}

function one(name: string, type: Metric['type'], help: string, value: number): Metric {
  return { name, type, help, samples: [{ value }] };
}
