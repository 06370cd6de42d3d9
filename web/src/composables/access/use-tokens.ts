import { onScopeDispose, shallowRef, type ShallowRef } from 'vue';
import { explainError } from '../../graphql/explain-error.ts';
import {
  CreateTokenDocument,
  RevokeTokenDocument,
  TokensDocument,
  type CreateTokenInput,
  type TokenFactsFragment,
} from '../../graphql/generated/graphql.ts';
import { useClient } from '../../graphql/use-client.ts';
import { Action } from '../base/action.ts';

export type Token = TokenFactsFragment;

export interface TokensRequest {
  /** The newest first; undefined until they are known. */
  readonly tokens: Readonly<ShallowRef<readonly Token[] | undefined>>;
  /** Why they can't be asked for; empty while they can. */
  readonly error: Readonly<ShallowRef<string>>;
  /** The secret of the token that was made last; empty until one is, and once it is put away. */
  readonly secret: ShallowRef<string>;
  readonly create: Action<[input: CreateTokenInput]>;
  readonly revoke: Action<[id: string]>;
  reload(): Promise<void>;
}

/** The tokens that were made, for an ADMIN: asked for at first and after each change made here. */
export function useTokens(): TokensRequest {
  const client = useClient();
  const tokens = shallowRef<readonly Token[]>();
  const error = shallowRef('');
  const secret = shallowRef('');
  let isStopped = false;

  async function reload(): Promise<void> {
    const result = await client.query(TokensDocument, {}, { requestPolicy: 'network-only' });
    if (isStopped) return;
    if (result.data) tokens.value = result.data.tokens;
    error.value = result.error ? explainError(result.error) : '';
  }

  const create = new Action(async (input: CreateTokenInput) => {
    const result = await client.mutation(CreateTokenDocument, { input });
    if (result.data) secret.value = result.data.createToken.secret;
    await reload();
    return result.error;
  });
  const revoke = new Action(async (id: string) => {
    const result = await client.mutation(RevokeTokenDocument, { id });
    await reload();
    return result.error;
  });

  void reload();
  onScopeDispose(() => (isStopped = true));
  return { tokens, error, secret, create, revoke, reload };
}
