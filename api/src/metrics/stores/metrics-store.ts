import type { MinuteSamples } from '../minutes.ts';

/** Where samples are kept, for all api processes together. */
export interface MetricsStore {
  /** Writes samples in place of those of the same minute and node, or minute and process: writing twice does no harm. */
  write(samples: MinuteSamples): Promise<void>;
  /** The samples of the minutes from one to another, both by their starts and both included, in the order of time. */
  read(fromMinute: number, toMinute: number): Promise<MinuteSamples>;
  /** Merges what is older than 48 hours to one sample for ten minutes, and forgets what is older than 30 days. Costs little when done. */
  compact(now: number): Promise<void>;
}

export const MERGED_AFTER_MS = 48 * 3_600_000;
export const MERGED_MS = 600_000;
export const KEPT_MS = 30 * 24 * 3_600_000;
