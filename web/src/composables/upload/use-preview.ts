import { onScopeDispose } from 'vue';

/** An address under which the browser shows a local file, given back with the calling component. */
export function usePreview(file: Blob): string {
  const address = URL.createObjectURL(file);
  onScopeDispose(() => URL.revokeObjectURL(address));
  return address;
}
