const minutes = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const seconds = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** The time of day of a moment in seconds since the Unix epoch, with seconds where moments are closer than a minute. */
export function formatClock(time: number, stepSeconds: number): string {
  return (stepSeconds < 60 ? seconds : minutes).format(time * 1000);
}
