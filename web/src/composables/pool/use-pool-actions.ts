import type { CombinedError } from '@urql/vue';
import {
  CancelResizeDocument,
  ClearCacheDocument,
  PauseResizeDocument,
  ResizePoolDocument,
  ResumeResizeDocument,
} from '../../graphql/generated/graphql.ts';
import { useClient } from '../../graphql/use-client.ts';
import { Action } from '../base/action.ts';
import type { Pool } from './use-pool.ts';

/** What can be done to the pool. */
export interface PoolActions {
  readonly resize: Action<[size: number]>;
  readonly pause: Action;
  readonly resume: Action;
  readonly cancel: Action<[id: string]>;
  readonly clear: Action;
}

/** `take` gets the pool after each of them. */
export function usePoolActions(take: (pool: Pool) => void): PoolActions {
  const client = useClient();

  async function settle<Data>(
    request: PromiseLike<{ data?: Data | undefined; error?: CombinedError | undefined }>,
    poolOf: (data: Data) => Pool,
  ): Promise<CombinedError | undefined> {
    const { data, error } = await request;
    if (data && !error) take(poolOf(data));
    return error;
  }

  return {
    resize: new Action((size) =>
      settle(client.mutation(ResizePoolDocument, { size }), (data) => data.resizePool),
    ),
    pause: new Action(() => settle(client.mutation(PauseResizeDocument, {}), (data) => data.pauseResize)),
    resume: new Action(() => settle(client.mutation(ResumeResizeDocument, {}), (data) => data.resumeResize)),
    cancel: new Action((id) =>
      settle(client.mutation(CancelResizeDocument, { id }), (data) => data.cancelResize),
    ),
    clear: new Action(() => settle(client.mutation(ClearCacheDocument, {}), (data) => data.clearCache)),
  };
}
