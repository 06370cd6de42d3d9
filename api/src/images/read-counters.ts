/** Where reads went that the owner could not answer. Counters that only grow. */
export interface ReadCounters {
  /** Objects asked for. */
  objectReads: number;
  /** Entries that a previous owner had. */
  previousOwnerReads: number;
}

export function newReadCounters(): ReadCounters {
  return { objectReads: 0, previousOwnerReads: 0 };
}
