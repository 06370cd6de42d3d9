import type { StatsMarksQuery } from '../../graphql/generated/graphql.ts';
import { resizeTitle } from '../pool/resize-figures.ts';

/** Something that happened, at a place of the time axis. */
export interface Mark {
  readonly id: string;
  readonly kind: 'resize' | 'decision';
  /** In seconds since the Unix epoch. */
  readonly time: number;
  readonly text: string;
}

type Resize = NonNullable<StatsMarksQuery['pool']['resize']>;
type Decision = StatsMarksQuery['decisions']['edges'][number]['node'];

/**
 * Resizes where they began, and decisions that were not to hold, the earliest first. What is advised minute after minute without being
 * applied is one mark, at its beginning.
 */
export function marksOf({ pool, decisions }: StatsMarksQuery): readonly Mark[] {
  const resizes = [...(pool.resize ? [pool.resize] : []), ...pool.finishedResizes];
  const decided = decisions.edges.map(({ node }) => node);
  return [
    ...resizes.flatMap((resize) => markOfResize(resize) ?? []),
    ...decided
      .filter((decision, place) => decision.verdict !== 'HOLD' && !isRepeated(decision, decided[place + 1]))
      .map(markOfDecision),
  ].sort((one, other) => one.time - other.time);
}

/** Those within the window, whose last interval may not have ended yet. */
export function marksWithin(marks: readonly Mark[], times: readonly number[]): readonly Mark[] {
  const [first = 0] = times;
  return marks.filter(({ time }) => time >= first);
}

const outcomes: Record<Resize['state'], string> = {
  QUEUED: 'queued',
  RUNNING: 'under way',
  PAUSED: 'paused',
  DONE: 'done',
  CANCELLED: 'cancelled',
  FAILED: 'failed',
};

function markOfResize(resize: Resize): Mark | undefined {
  if (resize.startedAt === null) return undefined;
  const text = `${resizeTitle(resize)}, ${outcomes[resize.state]}`;
  return { id: resize.id, kind: 'resize', time: Date.parse(resize.startedAt) / 1000, text };
}

function isRepeated(decision: Decision, before: Decision | undefined): boolean {
  return !decision.applied && before?.verdict === decision.verdict && before.newSize === decision.newSize;
}

function markOfDecision({ id, at, reason, applied }: Decision): Mark {
  const sentence = `${reason.charAt(0).toUpperCase()}${reason.slice(1)}`;
  const text = applied || /^would /.test(reason) ? sentence : `${sentence} (not applied)`;
  return { id, kind: 'decision', time: Date.parse(at) / 1000, text };
}
