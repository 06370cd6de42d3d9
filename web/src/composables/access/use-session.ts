import { inject, type InjectionKey } from 'vue';
import type { Session } from './session.ts';

export const sessionKey: InjectionKey<Session> = Symbol('Session');

/** The page's one session. */
export function useSession(): Session {
  const session = inject(sessionKey);
  if (!session) throw new Error('Session must be provided by the app');
  return session;
}
