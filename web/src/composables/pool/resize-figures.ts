import type { ResizeFactsFragment } from '../../graphql/generated/graphql.ts';
import { formatBytes, formatCount, formatDuration, formatShare } from '../base/format.ts';
import { movedShare } from './ring.ts';
import type { Pool } from './use-pool.ts';

export type Resize = ResizeFactsFragment;

/** `Growing from 2 to 3 nodes`. */
export function resizeTitle({ fromSize, toSize }: Pick<Resize, 'fromSize' | 'toSize'>): string {
  const verb = toSize > fromSize ? 'Growing' : 'Shrinking';
  return `${verb} from ${fromSize} to ${toSize} ${toSize === 1 ? 'node' : 'nodes'}`;
}

/** The share of the bytes that has been copied, 0 to 1; undefined until it is known how many there are. */
export function copiedShare({ bytesTotal, bytesCopied }: Resize): number | undefined {
  if (bytesTotal === null) return undefined;
  return bytesTotal === 0 ? 1 : Math.min(1, bytesCopied / bytesTotal);
}

/** How far a resize is, in the parts that are known: amounts, speed, time left. */
export function resizeProgress(resize: Resize): readonly string[] {
  const { entriesTotal, entriesCopied, bytesTotal, bytesCopied, bytesPerSecond, secondsLeft, state } = resize;
  if (bytesTotal === null || entriesTotal === null) return [];
  const parts = [
    `${formatBytes(bytesCopied)} of ${formatBytes(bytesTotal)}`,
    `${formatCount(entriesCopied)} of ${formatCount(entriesTotal)} entries`,
  ];
  if (state === 'RUNNING' && bytesPerSecond !== null) parts.push(`${formatBytes(bytesPerSecond)}/s`);
  if (state === 'RUNNING' && secondsLeft !== null) parts.push(`${formatDuration(secondsLeft)} left`);
  return parts;
}

/** What a finished resize came to: what it copied, how long it took. */
export function resizeOutcome({
  entriesCopied,
  bytesCopied,
  startedAt,
  finishedAt,
}: Resize): readonly string[] {
  const parts = [`${formatCount(entriesCopied)} entries, ${formatBytes(bytesCopied)} copied`];
  if (startedAt !== null && finishedAt !== null) {
    parts.push(formatDuration((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000));
  }
  return parts;
}

/** Why a person can't set the size now; undefined if one can. */
export function resizeObstacle({
  isElastic,
  fixedReason,
  mode,
}: Pick<Pool, 'isElastic' | 'fixedReason' | 'mode'>): string | undefined {
  if (!isElastic)
    return fixedReason ?? 'The nodes of this pool are given, so none can be added or taken away.';
  if (mode === 'AUTO')
    return 'The autoscaler sets the size. Choose the mode “Manual” on the page Scaling to set it yourself.';
  return undefined;
}

/** How many of the keys another number of nodes would give to other owners, in words; one node more where it is the same number. */
export function moveExpected(
  { desiredSize, maxNodes }: Pick<Pool, 'desiredSize' | 'maxNodes'>,
  size: number,
): string {
  const isOther = size !== desiredSize;
  const other = isOther ? size : desiredSize + 1;
  if (!Number.isInteger(other) || other < 1 || other > maxNodes) return '';
  const share = formatShare(movedShare(slots(desiredSize), slots(other)));
  if (!isOther) return `One node more would take over ${share} of the keys.`;
  return other > desiredSize
    ? `From ${desiredSize} to ${other}: ${share} of the keys go to the new nodes.`
    : `From ${desiredSize} to ${other}: ${share} of the keys go to those that stay.`;
}

/** Labels of the launched nodes of a pool of that size. */
function slots(size: number): readonly string[] {
  return Array.from({ length: size }, (_, slot) => `node-${slot}`);
}
