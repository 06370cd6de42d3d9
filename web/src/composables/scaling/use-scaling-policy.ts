import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import { explainError } from '../../graphql/explain-error.ts';
import {
  ScalingPolicyDocument,
  SetPoolModeDocument,
  type ScalingPolicyFactsFragment,
  type SetPoolModeInput,
} from '../../graphql/generated/graphql.ts';
import { useClient } from '../../graphql/use-client.ts';
import { Action } from '../base/action.ts';

export type ScalingPolicy = ScalingPolicyFactsFragment;

export interface ScalingPolicyRequest {
  /** Undefined until it is known. */
  readonly policy: Readonly<ShallowRef<ScalingPolicy | undefined>>;
  /** Why it can't be asked for; empty while it can. */
  readonly error: Readonly<ShallowRef<string>>;
  readonly save: Action<[input: SetPoolModeInput]>;
  reload(): Promise<void>;
}

/** Mode and scaling policy: asked for at first and whenever `sign` of a change elsewhere changes. */
export function useScalingPolicy(sign: () => string): ScalingPolicyRequest {
  const client = useClient();
  const policy = shallowRef<ScalingPolicy>();
  const error = shallowRef('');
  /** Goes up when what is on its way becomes obsolete. */
  let latest = 0;

  async function reload(): Promise<void> {
    const own = ++latest;
    const result = await client.query(ScalingPolicyDocument, {}, { requestPolicy: 'network-only' });
    if (own !== latest) return;
    if (result.data) policy.value = result.data.scalingPolicy;
    error.value = result.error ? explainError(result.error) : '';
  }

  const save = new Action(async (input: SetPoolModeInput) => {
    const result = await client.mutation(SetPoolModeDocument, { input });
    latest++;
    if (result.data) policy.value = result.data.setPoolMode;
    return result.error;
  });

  watch(sign, () => void reload(), { immediate: true });
  onScopeDispose(() => latest++);
  return { policy, error, save, reload };
}
