import { onScopeDispose } from 'vue';

/** Has the browser ask before the page is left while something would be lost. */
export function useLeaveWarning(isNeeded: () => boolean): void {
  const warn = (event: BeforeUnloadEvent): void => {
    if (isNeeded()) event.preventDefault();
  };
  addEventListener('beforeunload', warn);
  onScopeDispose(() => removeEventListener('beforeunload', warn));
}
