import { UUID, V7Generator } from 'uuidv7';

/** Makes the id of the next version. With `after`, it is greater than that one, whatever the clocks of other machines say. */
export type NewVersion = (after?: string) => string;

/** The ids are UUIDv7: in the order of their making, as far as the clock allows. */
export function makeNewVersion(now: () => number): NewVersion {
  const generator = new V7Generator();
  return (after) => {
    const earliest = after === undefined ? 0 : timeOf(after) + 1;
    return generator.generateOrResetWithTs(Math.max(now(), earliest)).toString();
  };
}

/** Whether a text has the form of a version: a UUID in lower case. */
export function isVersion(text: string): boolean {
  return VERSION.test(text);
}

const VERSION = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Milliseconds since the epoch. */
function timeOf(version: string): number {
  return Number.parseInt(UUID.parse(version).toHex().slice(0, 12), 16);
}
