/** What keys are suggested by unless one says otherwise: the file's own name, with its folders. */
export const PLAIN_PATTERN = '{name}';

/** Fills `{name}` (the file's name, with its folders) and `{date}` (its day in the reader's zone, as 2026-11-29) into a pattern. */
export function fillPattern(pattern: string, file: { readonly path: string; readonly day: Date }): string {
  return pattern.replaceAll('{name}', () => file.path).replaceAll('{date}', dayOf(file.day));
}

function dayOf(time: Date): string {
  const digits = (value: number): string => String(value).padStart(2, '0');
  return [time.getFullYear(), digits(time.getMonth() + 1), digits(time.getDate())].join('-');
}
