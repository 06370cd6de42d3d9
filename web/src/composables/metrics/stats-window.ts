import type {
  NodeStatsPointFactsFragment,
  StatsPointFactsFragment,
} from '../../graphql/generated/graphql.ts';

export type StatsPoint = StatsPointFactsFragment;
export type NodePoint = NodeStatsPointFactsFragment;

/** What one node was like, beside what the pool was like. */
export interface NodeTrack {
  readonly id: string;
  readonly name: string;
  readonly minutes: readonly NodePoint[];
  readonly seconds: readonly NodePoint[];
}

/** How many intervals of which length are shown. */
export interface Span {
  readonly stepSeconds: number;
  readonly count: number;
}

/** The latest intervals without a hole, the oldest first. */
export interface StatsWindow extends Span {
  /** When each interval began, in seconds since the Unix epoch. */
  readonly times: readonly number[];
  /** Beside the times; undefined where nothing was told. */
  readonly points: readonly (StatsPoint | undefined)[];
}

/** So many intervals may have been told of while an answer that does not know of them was on its way. */
const MEANWHILE = 5;

/** The window that ends with the latest of the points, or now where there are none. */
export function windowOf(span: Span, points: readonly StatsPoint[], now: number): StatsWindow {
  const { stepSeconds, count } = span;
  const byTime = new Map(points.map((point) => [startOf(point), point]));
  const present = Math.floor(now / 1000 / stepSeconds) * stepSeconds;
  const last = points.length === 0 ? present : Math.max(...byTime.keys());
  const times = Array.from({ length: count }, (_, index) => last - (count - 1 - index) * stepSeconds);
  return { ...span, times, points: times.map((time) => byTime.get(time)) };
}

/** The window that ends with a point that has just been told. Later ones, from before a clock was set back, are forgotten. */
export function putPoint(window: StatsWindow, point: StatsPoint): StatsWindow {
  const earlier = knownPoints(window).filter((known) => startOf(known) < startOf(point));
  return windowOf(window, [...earlier, point], 0);
}

/** The window of an answer, with what has been told while it was on its way. */
export function putAnswer(window: StatsWindow, answer: readonly StatsPoint[], now: number): StatsWindow {
  const last = Math.max(...answer.map(startOf));
  const isMeanwhile = (time: number): boolean =>
    answer.length === 0 || (time > last && time <= last + MEANWHILE * window.stepSeconds);
  const told = knownPoints(window).filter((point) => isMeanwhile(startOf(point)));
  return windowOf(window, [...answer, ...told], now);
}

/** The tracks with a second that has just been told; those older than two minutes before it are forgotten. */
export function putNodeSeconds(
  tracks: readonly NodeTrack[],
  told: readonly { readonly id: string; readonly name: string; readonly point: NodePoint }[],
  span: Span,
): readonly NodeTrack[] {
  const known = new Map(tracks.map((track) => [track.id, track]));
  for (const { id, name, point } of told) {
    const { minutes = [], seconds = [] } = known.get(id) ?? {};
    const oldest = startOf(point) - span.count * span.stepSeconds;
    const kept = seconds.filter((other) => startOf(other) > oldest && startOf(other) < startOf(point));
    known.set(id, { id, name, minutes, seconds: [...kept, point] });
  }
  return [...known.values()];
}

/** Points in the places of the times; undefined where nothing was told. */
export function alignTo<Point extends { readonly time: string }>(
  times: readonly number[],
  points: readonly Point[],
): readonly (Point | undefined)[] {
  const byTime = new Map(points.map((point) => [startOf(point), point]));
  return times.map((time) => byTime.get(time));
}

/** Whether a minute must have been finished since the last one of the window. */
export function isBehind(minutes: StatsWindow, second: StatsPoint): boolean {
  const last = minutes.times.at(-1)!;
  return startOf(second) - last > 2 * minutes.stepSeconds + LATE_SECONDS;
}

/** A minute is told so long after its end at the latest. */
const LATE_SECONDS = 10;

function knownPoints({ points }: StatsWindow): readonly StatsPoint[] {
  return points.filter((point) => point !== undefined);
}

function startOf({ time }: { readonly time: string }): number {
  return Math.round(Date.parse(time) / 1000);
}
