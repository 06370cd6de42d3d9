import { useClientHandle, type Client } from '@urql/vue';

/** The page's one GraphQL client. */
export function useClient(): Client {
  return useClientHandle().client;
}
