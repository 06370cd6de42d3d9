import type { EntryPlacement, HeldEntries } from '../pool/routing/pool-cache.ts';
import { entryName, entryNamesOfVersion } from './entry-name.ts';
import type { ImagePlacementType, ImagePlaceType } from './image-placement.type.ts';
import type { ImageRow } from './image-row.ts';

/** What knows in which nodes entries are. */
export interface EntryFinder {
  place(keyHash: string, names: readonly string[]): Promise<EntryPlacement>;
}

/** In which nodes the newest version of an image is held now, as original and as renderings. */
export async function placeImage(
  finder: EntryFinder,
  { keyHash, version }: Pick<ImageRow, 'keyHash' | 'version'>,
): Promise<ImagePlacementType> {
  const original = entryName(keyHash, version);
  const placeOf = ({ node, held }: HeldEntries): ImagePlaceType => ({
    node,
    hasOriginal: held === undefined ? null : held.includes(original),
    renderings: held === undefined ? null : held.filter((name) => name !== original).length,
  });
  const { owner, standIn, previous } = await finder.place(keyHash, entryNamesOfVersion(keyHash, version));
  return {
    owner: owner ? placeOf(owner) : null,
    standIn: standIn ? placeOf(standIn) : null,
    previousOwners: previous.map(placeOf),
  };
}
