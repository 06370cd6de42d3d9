import { inject, onScopeDispose, type InjectionKey } from 'vue';
import type { FullImageChange, ImageChanges } from './image-changes.ts';

export const imageChangesKey: InjectionKey<ImageChanges> = Symbol('ImageChanges');

/** The page's one stream of changes; listeners given here stop with the calling component. */
export function useImageChanges(
  listeners: { onChange?: (change: FullImageChange) => void; onLive?: () => void } = {},
): ImageChanges {
  const changes = inject(imageChangesKey);
  if (!changes) throw new Error('ImageChanges must be provided by the app');
  if (listeners.onChange) onScopeDispose(changes.onChange(listeners.onChange));
  if (listeners.onLive) onScopeDispose(changes.onLive(listeners.onLive));
  return changes;
}
