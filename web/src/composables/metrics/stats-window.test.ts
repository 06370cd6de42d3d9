import { describe, expect, it } from 'vitest';
import { summaryOf } from './chart-summary.ts';
import { marksOf, marksWithin } from './marks.ts';
import { nodeCharts, poolCharts } from './stats-charts.ts';
import { csvOf } from './stats-csv.ts';
import {
  isBehind,
  putAnswer,
  putNodeSeconds,
  putPoint,
  windowOf,
  type NodePoint,
  type NodeTrack,
  type StatsPoint,
  type StatsWindow,
} from './stats-window.ts';

const SPAN = { stepSeconds: 60, count: 4 };
const START = Date.parse('2026-01-01T10:00:00Z');

describe('a window of intervals', () => {
  it('has every interval up to the latest, also those without a point', () => {
    const window = windowOf(SPAN, [point(1), point(3)], 0);
    expect(shown(window)).toBe('-1-3');
    expect(window.times).toEqual([0, 1, 2, 3].map((minute) => START / 1000 + minute * 60));
  });

  it('ends now where nothing is known', () => {
    const window = windowOf(SPAN, [], START + 90_000);
    expect(shown(window)).toBe('----');
    expect(window.times.at(-1)).toBe(START / 1000 + 60);
  });

  it.each([
    ['moves on', [0, 1, 2, 3], 4, '1234'],
    ['leaves a gap for what was missed', [0, 1, 2, 3], 5, '23-5'],
    ['takes the newer of two points of one interval', [0, 1, 2, 3], 3, '0123'],
    ['goes back with a clock that was set back', [4, 5, 6, 7], 5, '--45'],
  ])('%s', (_name, before, next, after) => {
    expect(shown(putPoint(windowOf(SPAN, before.map(point), 0), point(next)))).toBe(after);
  });

  it.each([
    ['fills gaps by an answer', [0, 3], [0, 1, 2, 3], '0123'],
    ['keeps what was told while the answer was on its way', [3, 4], [0, 1, 2, 3], '1234'],
    ['forgets what is far from the answer', [99], [0, 1, 2, 3], '0123'],
    ['keeps all where the answer is empty', [2, 3], [], '--23'],
  ])('%s', (_name, known, answer, after) => {
    const window = windowOf(SPAN, known.map(point), 0);
    expect(shown(putAnswer(window, answer.map(point), 0))).toBe(after);
  });

  it('is behind when a finished minute has not come', () => {
    const window = windowOf(SPAN, [point(3)], 0);
    const at = (seconds: number): StatsPoint => ({ ...point(3), time: timeOf(3 * 60 + seconds) });
    const behind = [60, 119, 130, 131, 500].filter((seconds) => isBehind(window, at(seconds)));
    expect(behind).toEqual([131, 500]);
  });
});

it('is told in words', () => {
  const window = windowOf(SPAN, [point(1), point(2), point(3)], 0);
  const [nodes, rates] = poolCharts(window);
  expect(summaryOf(nodes!, window)).toBe('Nodes, the last 4 minutes. Ready: 3 at the end, 1 to 3 in all.');
  expect(summaryOf(rates!, window)).toBe(
    'Hit rate and miss rate, the last 4 minutes. Hits: no data. Misses: no data.',
  );
});

describe('the charts by node', () => {
  const track = (id: string, name: string, minutes: readonly number[]): NodeTrack => ({
    id,
    name,
    minutes: minutes.map((minute) => nodePoint(minute, minute * 10)),
    seconds: [],
  });
  const window = windowOf(SPAN, [point(1), point(2), point(3)], 0);

  it('have a line per name, on which a replacement goes on, with gaps', () => {
    const tracks = [track('a', 'node-10', [0, 1]), track('b', 'node-2', [3]), track('c', 'node-10', [3])];
    const items = nodeCharts(window, tracks).find(({ title }) => title === 'Items')!;
    expect(items.lines.map(({ name, colour, values }) => ({ name, colour, values }))).toEqual([
      { name: 'node-2', colour: '--color-node-2', values: [null, null, null, 30] },
      { name: 'node-10', colour: '--color-node-2', values: [0, 10, null, 30] },
    ]);
  });

  it('take the seconds that are told, and forget those before', () => {
    const span = { stepSeconds: 60, count: 2 };
    const told = [0, 1, 2, 3].map((minute) => ({
      id: 'a',
      name: 'node-0',
      point: nodePoint(minute, minute),
    }));
    const tracks = told.reduce<readonly NodeTrack[]>(
      (before, one) => putNodeSeconds(before, [one], span),
      [],
    );
    expect(tracks[0]!.seconds.map(({ items }) => items)).toEqual([2, 3]);
  });

  it('are saved as comma-separated values with empty cells for gaps', () => {
    const charts = nodeCharts(window, [track('a', 'a "b", c', [0, 3])]);
    const [head, ...rows] = csvOf(charts.slice(2, 3), window.times).trimEnd().split('\r\n');
    expect(head).toBe('time,"Items: a ""b"", c (count)"');
    expect(rows.map((row) => row.split(',')[1])).toEqual(['0', '', '', '30']);
    expect(rows[0]).toMatch(/^2026-01-01T10:00:00\.000Z,/);
  });
});

it('marks are resizes that began and decisions that were not to hold, each advice once', () => {
  const resize = { id: 'r', fromSize: 2, toSize: 3, state: 'DONE', startedAt: timeOf(90) } as const;
  const decision = { verdict: 'EXPAND', newSize: 3, reason: 'expand from 2 to 3', applied: false } as const;
  const marks = marksOf({
    pool: { resize: { ...resize, id: 'q', startedAt: null }, finishedResizes: [resize] },
    decisions: {
      edges: [
        { node: { ...decision, id: 'h', at: timeOf(180), verdict: 'HOLD' } },
        { node: { ...decision, id: 'e', at: timeOf(120) } },
        { node: { ...decision, id: 'd', at: timeOf(60) } },
      ],
    },
  });
  expect(marks.map(({ text }) => text)).toEqual([
    'Expand from 2 to 3 (not applied)',
    'Growing from 2 to 3 nodes, done',
  ]);
  expect(marksWithin(marks, [START / 1000 + 61]).map(({ id }) => id)).toEqual(['r']);
});

/** The minutes that have a point, by their numbers; a dash stands for one that has none. */
function shown({ points }: StatsWindow): string {
  return points.map((known) => known?.nodesReady ?? '-').join('');
}

/** A minute with its number as the number of nodes. */
function point(minute: number): StatsPoint {
  return {
    time: timeOf(minute * 60),
    seconds: 60,
    nodesReady: minute,
    getsPerMinute: 0,
    hitRate: null,
    missRate: null,
    items: null,
    bytes: null,
    capacityBytes: null,
    objectReads: null,
    p50Ms: null,
    p99Ms: null,
    isComplete: true,
  };
}

function nodePoint(minute: number, items: number): NodePoint {
  return {
    time: timeOf(minute * 60),
    seconds: 60,
    hitRate: null,
    getsPerMinute: 0,
    items,
    bytes: null,
    evictions: null,
    bytesOut: null,
    connections: null,
  };
}

function timeOf(seconds: number): string {
  return new Date(START + seconds * 1000).toISOString();
}
