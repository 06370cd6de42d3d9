import { onScopeDispose, shallowRef, type ShallowRef } from 'vue';
import { explainError } from '../../graphql/explain-error.ts';
import {
  AllImagesDeletionDocument,
  DeleteAllImagesDocument,
  type AllImagesDeletionQuery,
} from '../../graphql/generated/graphql.ts';
import { useClient } from '../../graphql/use-client.ts';
import { Action } from '../base/action.ts';
import { useImageChanges } from '../live/use-image-changes.ts';

const ASK_EVERY_MS = 1000;

export type ImagesDeletion = NonNullable<AllImagesDeletionQuery['allImagesDeletion']>;

export interface ImagesDeletionRequest {
  /** The latest, whoever asked for it; undefined if there never was one. */
  readonly latest: Readonly<ShallowRef<ImagesDeletion | undefined>>;
  /** Why the latest one can't be asked for; empty while it can. */
  readonly error: Readonly<ShallowRef<string>>;
  /** Deletes all images; done when they all are. */
  readonly run: Action;
}

/** The deletion of all images: asked for at first, when one elsewhere is told of, and again and again while one is under way. */
export function useImagesDeletion(): ImagesDeletionRequest {
  const client = useClient();
  const latest = shallowRef<ImagesDeletion>();
  const error = shallowRef('');
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;

  async function ask(): Promise<void> {
    clearTimeout(timer);
    const result = await client.query(AllImagesDeletionDocument, {}, { requestPolicy: 'network-only' });
    if (isStopped) return;
    if (result.data) latest.value = result.data.allImagesDeletion ?? undefined;
    error.value = result.error ? explainError(result.error) : '';
    const isUnderWay = run.state === 'pending' || latest.value?.state === 'RUNNING';
    clearTimeout(timer);
    if (isUnderWay) timer = setTimeout(() => void ask(), ASK_EVERY_MS);
  }

  const run = new Action(async () => {
    timer = setTimeout(() => void ask(), ASK_EVERY_MS / 4);
    const result = await client.mutation(DeleteAllImagesDocument, {});
    await ask();
    return result.error;
  });

  useImageChanges({
    onChange: ({ kind }) => kind === 'ALL_DELETED' && void ask(),
    onLive: () => void ask(),
  });
  void ask();
  onScopeDispose(() => {
    isStopped = true;
    clearTimeout(timer);
  });
  return { latest, error, run };
}
