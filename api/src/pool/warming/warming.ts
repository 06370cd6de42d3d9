export interface WarmingNode {
  readonly label: string;
  /** `unix:PATH` or `host:port`. */
  readonly address: string;
}

/** How far a pass has come. */
export interface WarmProgress {
  readonly entriesTotal: number;
  readonly bytesTotal: number;
  readonly entriesCopied: number;
  readonly bytesCopied: number;
}

export interface WarmingTask {
  /** Labels of the ring's members: they tell the owners. */
  readonly members: readonly string[];
  /** The sources: members and draining nodes. */
  readonly nodes: readonly WarmingNode[];
  /** The most to copy, all nodes together. Asked again and again, as it may change; 0 pauses. */
  limitMiBps(): number;
  onProgress(progress: WarmProgress): void;
  readonly signal: AbortSignal;
}

export interface TrimmingTask {
  /** Labels of the ring's members: they tell the owners. */
  readonly members: readonly string[];
  readonly nodes: readonly WarmingNode[];
  readonly signal: AbortSignal;
}

/** What brings entries to their owners after the ring has changed. */
export interface Warmer {
  /**
   * One pass: copies the entries that are not at their owners to them. A source or target that fails is left out, not an error.
   * @returns how far it came, when all is copied that should be
   */
  warm(task: WarmingTask): Promise<WarmProgress>;
  /** Deletes at each node the entries that it does not own. */
  trim(task: TrimmingTask): Promise<void>;
}
