/** 0.314 as `31.4 %`, without a zero at the end. */
export function percent(rate: number): string {
  return `${Number((100 * rate).toFixed(1))} %`;
}

/** Milliseconds in the largest unit that has at least two of it. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

export function thousands(count: number): string {
  return count.toLocaleString('en-US');
}
