import { onScopeDispose, shallowRef, type ShallowRef } from 'vue';
import { explainError } from '../../graphql/explain-error.ts';
import {
  PoolDocument,
  PoolUpdatedDocument,
  type PoolFactsFragment,
} from '../../graphql/generated/graphql.ts';
import { useClient } from '../../graphql/use-client.ts';
import type { Freshness } from '../live/freshness.ts';
import { keepSubscribed } from '../live/keep-subscribed.ts';
import { openSubscription } from '../live/open-subscription.ts';
import { pauseBeforeReconnecting } from '../live/reconnect-pause.ts';

/** How long the page waits for its subscription before it asks by itself. */
const PATIENCE_MS = 1000;
const ASK_EVERY_MS = 3000;

export type Pool = PoolFactsFragment;

export interface PoolRequest {
  readonly state: Readonly<ShallowRef<Freshness>>;
  readonly pool: Readonly<ShallowRef<Pool | undefined>>;
  /** When the pool was told, in milliseconds since the Unix epoch. */
  readonly toldAt: Readonly<ShallowRef<number>>;
  readonly error: Readonly<ShallowRef<string>>;
  /** Shows a pool that came as the answer to something else. */
  take(pool: Pool): void;
  /** Asks now. */
  retry(): void;
}

/** The pool as the server tells it by a subscription. While there is none, the page asks every few seconds, if it can be seen. */
export function usePool(): PoolRequest {
  const client = useClient();
  const state = shallowRef<Freshness>('loading');
  const pool = shallowRef<Pool>();
  const toldAt = shallowRef(0);
  const error = shallowRef('');
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;

  function take(fresh: Pool): void {
    pool.value = fresh;
    toldAt.value = Date.now();
    error.value = '';
  }

  async function ask(): Promise<void> {
    const result = await client.query(PoolDocument, {}, { requestPolicy: 'network-only' });
    if (isStopped || state.value === 'live') return;
    if (result.data) take(result.data.pool);
    if (result.error) error.value = explainError(result.error);
    const isTold = result.error === undefined;
    state.value = isTold ? 'asked' : pool.value ? 'old' : 'failed';
    askIn(ASK_EVERY_MS);
  }

  function askIn(ms: number): void {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(() => void ask(), ms);
  }

  function askWhenSeen(): void {
    if (state.value !== 'live') askIn(0);
  }

  const stop = keepSubscribed(
    {
      // The present pool comes at once, so the first one says that it is up.
      subscribe: (sink) =>
        openSubscription(client, PoolUpdatedDocument, {
          onData: ({ poolUpdated }) => {
            sink.onLive();
            sink.onValue(poolUpdated);
          },
          onEnd: sink.onEnd,
        }),
      pause: pauseBeforeReconnecting,
    },
    {
      onLive: () => {
        clearTimeout(timer);
        state.value = 'live';
      },
      onValue: take,
      onLost: () => {
        // Otherwise it asks already.
        if (state.value !== 'live' && state.value !== 'loading') return;
        if (pool.value) state.value = 'old';
        askIn(0);
      },
    },
  );
  askIn(PATIENCE_MS);
  document.addEventListener('visibilitychange', askWhenSeen);
  onScopeDispose(() => {
    isStopped = true;
    stop();
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', askWhenSeen);
  });
  return { state, pool, toldAt, error, take, retry: () => void ask() };
}
