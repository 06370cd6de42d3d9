import { inject, type InjectionKey } from 'vue';
import type { ImageDeletions } from './image-deletions.ts';

export const imageDeletionsKey: InjectionKey<ImageDeletions> = Symbol('ImageDeletions');

/** The page's one list of deletions that can be taken back. */
export function useImageDeletions(): ImageDeletions {
  const deletions = inject(imageDeletionsKey);
  if (!deletions) throw new Error('ImageDeletions must be provided by the app');
  return deletions;
}
