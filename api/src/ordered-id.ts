import { UUID, V7Generator } from 'uuidv7';

/** Makes the next id. With `after`, it is greater than that one, whatever the clocks of other machines say. */
export type NewId = (after?: string) => string;

/** The ids are UUIDv7: in the order of their making, as far as the clock (milliseconds since the epoch) allows. */
export function makeNewId(now: () => number): NewId {
  const generator = new V7Generator();
  return (after) => {
    const earliest = after === undefined ? 1 : timeOf(after) + 1;
    return generator.generateOrResetWithTs(Math.max(now(), earliest)).toString();
  };
}

/** Milliseconds since the epoch. */
function timeOf(id: string): number {
  return Number.parseInt(UUID.parse(id).toHex().slice(0, 12), 16);
}
