import { md5Words } from './md5.ts';

const DIGESTS_PER_MEMBER = 40;

/** A stretch of the circle that one member owns. Beginning and end are 0 to 1; one that goes over the top begins below 0. */
export interface Arc {
  readonly owner: string;
  readonly from: number;
  readonly to: number;
}

/**
 * The Ketama continuum over the labels, as the api builds it: an arc ends at each of a member's 160 points. Arcs of one owner that
 * lie side by side are one. Empty without members.
 */
export function ringArcs(labels: readonly string[]): readonly Arc[] {
  const points = labels
    .flatMap((owner) => pointsOf(owner).map((point) => ({ owner, point })))
    .sort((one, other) => one.point - other.point || (one.owner < other.owner ? -1 : 1));
  const arcs: Arc[] = [];
  let from = (points.at(-1)?.point ?? 0) - 1;
  for (const { owner, point } of points) {
    const before = arcs.at(-1);
    if (before?.owner === owner) arcs[arcs.length - 1] = { ...before, to: point };
    else arcs.push({ owner, from, to: point });
    from = point;
  }
  return arcs;
}

/** What each owner has of the circle, 0 to 1. */
export function ringShares(arcs: readonly Arc[]): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const { owner, from, to } of arcs) shares.set(owner, (shares.get(owner) ?? 0) + to - from);
  return shares;
}

/** The share of all keys, 0 to 1, whose owner changes when the members do: those go over to others that join or from such that leave. */
export function movedShare(before: readonly string[], after: readonly string[]): number {
  const [fewer, more] = before.length < after.length ? [before, after] : [after, before];
  const shares = ringShares(ringArcs(more));
  return more
    .filter((label) => !fewer.includes(label))
    .reduce((sum, label) => sum + (shares.get(label) ?? 0), 0);
}

function pointsOf(label: string): readonly number[] {
  return Array.from({ length: DIGESTS_PER_MEMBER }, (_, index) => [...md5Words(`${label}-${index}`)])
    .flat()
    .map((word) => word / 2 ** 32);
}
