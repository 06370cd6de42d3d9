import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import { explainError } from '../../graphql/explain-error.ts';
import {
  PoolSettingsDocument,
  SetCacheConfigDocument,
  type CacheConfigFactsFragment,
  type SetCacheConfigInput,
} from '../../graphql/generated/graphql.ts';
import { useClient } from '../../graphql/use-client.ts';
import { Action } from '../base/action.ts';

/** How often it is asked whether all nodes have been told of a change. */
const PENDING_EVERY_MS = 1000;

export type CacheConfig = CacheConfigFactsFragment;

export interface PoolSettings {
  readonly state: Readonly<ShallowRef<'loading' | 'ready' | 'failed'>>;
  readonly error: Readonly<ShallowRef<string>>;
  readonly cacheConfig: Readonly<ShallowRef<CacheConfig | undefined>>;
  readonly saveCacheConfig: Action<[input: SetCacheConfigInput]>;
  reload(): Promise<void>;
}

/** How every node is to be set: asked for at first, whenever `sign` of it changes, and while nodes have not been told. */
export function usePoolSettings(sign: () => string): PoolSettings {
  const client = useClient();
  const state = shallowRef<'loading' | 'ready' | 'failed'>('loading');
  const error = shallowRef('');
  const cacheConfig = shallowRef<CacheConfig>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Goes up when what is on its way becomes obsolete. */
  let latest = 0;

  async function reload(): Promise<void> {
    const own = ++latest;
    const result = await client.query(PoolSettingsDocument, {}, { requestPolicy: 'network-only' });
    if (own !== latest) return;
    if (result.data) takeCacheConfig(result.data.cacheConfig);
    error.value = result.error ? explainError(result.error) : '';
    state.value = cacheConfig.value ? 'ready' : 'failed';
  }

  function takeCacheConfig(fresh: CacheConfig): void {
    cacheConfig.value = fresh;
    clearTimeout(timer);
    if (fresh.pendingNodes.length > 0) timer = setTimeout(() => void reload(), PENDING_EVERY_MS);
  }

  const saveCacheConfig = new Action(async (input: SetCacheConfigInput) => {
    const result = await client.mutation(SetCacheConfigDocument, { input });
    latest++;
    if (result.data) takeCacheConfig(result.data.setCacheConfig);
    return result.error;
  });

  watch(sign, () => void reload(), { immediate: true });
  onScopeDispose(() => {
    latest++;
    clearTimeout(timer);
  });
  return { state, error, cacheConfig, saveCacheConfig, reload };
}
