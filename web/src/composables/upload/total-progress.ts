import type { Upload } from './upload.ts';

/** Where the uploads stand together. */
export interface TotalProgress {
  readonly drafts: number;
  /** Waiting or on their way. */
  readonly underWay: number;
  readonly stored: number;
  /** Conflicts and failures: what waits for an answer. */
  readonly unresolved: number;
  readonly conflicts: number;
  /** On their way at this moment. */
  readonly sending: number;
  /** Bytes sent of the uploads that are under way or stored. */
  readonly sentBytes: number;
  readonly allBytes: number;
  /** The one divided by the other, 0 to 1. */
  readonly share: number;
}

export function totalProgress(uploads: readonly Upload[]): TotalProgress {
  const count = (...phases: Upload['state']['phase'][]): number =>
    uploads.filter(({ state }) => phases.includes(state.phase)).length;
  const moving = uploads.filter(({ state }) =>
    ['waiting', 'sending', 'storing', 'stored'].includes(state.phase),
  );
  const allBytes = moving.reduce((sum, { file }) => sum + file.size, 0);
  const sentBytes = moving.reduce((sum, upload) => sum + sentBytesOf(upload), 0);
  return {
    drafts: count('draft'),
    underWay: count('waiting', 'sending', 'storing'),
    stored: count('stored'),
    unresolved: count('conflict', 'failed'),
    conflicts: count('conflict'),
    sending: count('sending'),
    sentBytes,
    allBytes,
    share: allBytes === 0 ? 0 : sentBytes / allBytes,
  };
}

/** One sentence for the head of the tray. It changes seldom enough to be read out each time. */
export function progressSentence({ drafts, underWay, stored, unresolved, share }: TotalProgress): string {
  const pictures = (number: number): string => (number === 1 ? '1 image' : `${number} images`);
  if (underWay > 0 && share === 1) return `Storing ${pictures(underWay)}…`;
  if (underWay > 0) return `Uploading ${pictures(underWay)}`;
  if (unresolved > 0) return unresolved === 1 ? '1 upload needs you' : `${unresolved} uploads need you`;
  if (drafts > 0) return `${pictures(drafts)} to upload`;
  return stored > 0 ? `${pictures(stored)} stored` : 'Uploads';
}

function sentBytesOf({ state, file }: Upload): number {
  if (state.phase === 'sending') return state.sentBytes;
  return state.phase === 'storing' || state.phase === 'stored' ? file.size : 0;
}
