import { shallowRef, type ShallowRef } from 'vue';
import {
  PoolDocument,
  PoolUpdatedDocument,
  type PoolFactsFragment,
} from '../../graphql/generated/graphql.ts';
import { useClient } from '../../graphql/use-client.ts';
import { useLive, type Live } from '../live/use-live.ts';

export type Pool = PoolFactsFragment;

export interface PoolRequest extends Pick<Live, 'state' | 'toldAt' | 'error'> {
  readonly pool: Readonly<ShallowRef<Pool | undefined>>;
  /** Shows a pool that came as the answer to something else. */
  take(pool: Pool): void;
  /** Asks now. */
  retry(): void;
}

/** The pool as the server tells it by a subscription, or by answers while there is none. */
export function usePool(): PoolRequest {
  const client = useClient();
  const pool = shallowRef<Pool>();
  const { state, toldAt, error, confirm, ask } = useLive({
    document: PoolUpdatedDocument,
    ask: async () => await client.query(PoolDocument, {}, { requestPolicy: 'network-only' }),
    onTold: (told) => (pool.value = told.poolUpdated),
    onAnswer: (answer) => (pool.value = answer.pool),
  });
  return {
    state,
    toldAt,
    error,
    pool,
    take: (fresh) => {
      pool.value = fresh;
      confirm();
    },
    retry: () => void ask(),
  };
}
