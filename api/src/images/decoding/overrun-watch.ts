/** What decoding may cost. */
export interface DecodingLimits {
  /** Time of processors, of all threads together: on a busy machine it says more than the clock. */
  readonly cpuSeconds: number;
  /** Resident memory of the whole process. */
  readonly memoryBytes: number;
}

export type Overrun = 'time' | 'memory';

const LOOK_INTERVAL_MS = 20;

/**
 * Watches what this process takes while it decodes. Decoders allocate and loop in native code that can't be interrupted: the one
 * remedy is to end the process. Returns the way to stop watching.
 */
export function watchOverrun(
  { cpuSeconds, memoryBytes }: DecodingLimits,
  onOverrun: (of: Overrun) => void,
): () => void {
  const before = process.cpuUsage();
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    const isTime = user + system > cpuSeconds * 1e6;
    if (!isTime && process.memoryUsage.rss() <= memoryBytes) return;
    clearInterval(timer);
    onOverrun(isTime ? 'time' : 'memory');
  }, LOOK_INTERVAL_MS);
  return () => clearInterval(timer);
}
