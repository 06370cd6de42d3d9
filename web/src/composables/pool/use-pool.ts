import { onScopeDispose, shallowRef, type ShallowRef } from 'vue';
import { explainError } from '../../graphql/explain-error.ts';
import { PoolDocument, type PoolQuery } from '../../graphql/generated/graphql.ts';
import { useClient } from '../../graphql/use-client.ts';

const EVERY_MS = 2000;

export type Pool = PoolQuery['pool'];

export interface PoolRequest {
  /** `failed` with a pool means: these are the last numbers, and they are old. */
  readonly state: Readonly<ShallowRef<'loading' | 'ready' | 'failed'>>;
  readonly pool: Readonly<ShallowRef<Pool | undefined>>;
  readonly error: Readonly<ShallowRef<string>>;
}

/** The pool, asked for every two seconds while the page can be seen. */
export function usePool(): PoolRequest {
  const client = useClient();
  const state = shallowRef<'loading' | 'ready' | 'failed'>('loading');
  const pool = shallowRef<Pool>();
  const error = shallowRef('');
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;

  async function ask(): Promise<void> {
    const result = await client.query(PoolDocument, {}, { requestPolicy: 'network-only' });
    if (isStopped) return;
    if (result.data) pool.value = result.data.pool;
    error.value = result.error ? explainError(result.error) : '';
    state.value = result.error ? 'failed' : 'ready';
    askLater();
  }

  function askLater(): void {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(() => void ask(), EVERY_MS);
  }

  void ask();
  document.addEventListener('visibilitychange', askLater);
  onScopeDispose(() => {
    isStopped = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', askLater);
  });
  return { state, pool, error };
}
