import type { Client } from '@urql/vue';
import { inject, type InjectionKey } from 'vue';

export const clientKey: InjectionKey<Client> = Symbol('Client');

/** The page's one GraphQL client. */
export function useClient(): Client {
  const client = inject(clientKey);
  if (!client) throw new Error('Client must be provided by the app');
  return client;
}
