import { ShoalError } from './errors.ts';

/**
 * Refuses what has faults, all of them in one message.
 * @throws ShoalError BAD_USER_INPUT unless there is none
 */
export function refuseFaults(faults: readonly (string | undefined)[]): void {
  const found = faults.filter((fault) => fault !== undefined);
  if (found.length > 0) throw new ShoalError('BAD_USER_INPUT', `${found.join('; ')}.`);
}

/** What is wrong with a whole number, in words; undefined where nothing is, or none was given. */
export function wholeNumberFault(
  name: string,
  value: number | null | undefined,
  { min, max }: { readonly min: number; readonly max: number },
): string | undefined {
  if (value == null || (Number.isSafeInteger(value) && value >= min && value <= max)) return undefined;
  return `${name} must be a whole number from ${withCommas(min)} to ${withCommas(max)}, not ${value}`;
}

function withCommas(value: number): string {
  return value.toLocaleString('en-US');
}
