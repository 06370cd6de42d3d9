const COLOURS = 8;

/**
 * The token of a node's colour, the same on every page: by the slot in the name of a launched node (`node-3`), by its place among the
 * nodes where it was given by an address.
 */
export function nodeColour(name: string, place: number): string {
  const slot = /^node-(\d+)$/.exec(name)?.[1];
  return `--color-node-${(slot === undefined ? place : Number(slot)) % COLOURS}`;
}
