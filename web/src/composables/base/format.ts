const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A size for people, in binary units with at most three digits: `340 KiB`, `1.2 MiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 999.5 would be written as 1000.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${unit === 0 && bytes === 1 ? 'byte' : units[unit]}`;
}

/** A share of 0 to 1 in percent with one decimal, or a dash where there is no data. */
export function formatShare(share: number | undefined): string {
  return share === undefined ? '–' : `${(share * 100).toFixed(1)} %`;
}

const counts = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });

export function formatCount(count: number): string {
  return counts.format(count);
}

const times = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** A point in time in the reader's zone and manner. */
export function formatTime(time: string): string {
  return times.format(new Date(time));
}

const moments = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** A point in time as a log shows it: the time of day, with the date before it unless that is today's. */
export function formatMoment(time: string, now: number): string {
  const at = new Date(time);
  return at.toDateString() === new Date(now).toDateString() ? moments.format(at) : times.format(at);
}

/** A length of time for people, in at most two units: `12 s`, `3 min`, `1 h 20 min`, `2 d 4 h`. Less than nothing is nothing. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24
    ? twoUnits(hours, 'h', minutes % 60, 'min')
    : twoUnits(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** Names in a row: `a`, `a and b`, `a, b and c`. */
export function formatList(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), names.at(-1)].filter(Boolean).join(' and ');
}
