const MOST_DECIMALS = 6;

/** 0.314 as `31.4 %`, without a zero at the end; with more decimals where it would look the same as the other rate and is not. */
export function percent(rate: number, other = rate): string {
  const text = (value: number, decimals: number) => `${Number((100 * value).toFixed(decimals))} %`;
  let decimals = 1;
  while (rate !== other && decimals < MOST_DECIMALS && text(rate, decimals) === text(other, decimals))
    decimals++;
  return text(rate, decimals);
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
