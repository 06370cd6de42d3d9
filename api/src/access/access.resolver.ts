import { Arg, Authorized, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { Context } from '../graphql/context.ts';
import type { Gate } from './gate.ts';
import type { Audience } from './role.ts';
import { CreatedToken, CreateTokenInput, TokenType, Viewer } from './token.type.ts';
import type { Tokens } from './tokens.ts';

@Resolver()
export class AccessResolver {
  readonly #tokens: Tokens;
  readonly #gate: Gate;

  constructor(tokens: Tokens, gate: Gate) {
    this.#tokens = tokens;
    this.#gate = gate;
  }

  @Authorized<Audience>('EVERYBODY')
  @Query(() => Viewer, { nullable: true, description: 'Who asks. Null for who has not signed in.' })
  viewer(@Ctx() { caller }: Context): Viewer | undefined {
    return caller;
  }

  @Authorized<Audience>('ADMIN')
  @Query(() => [TokenType], {
    description:
      'The tokens that were made, the newest first. Those of settings and files are not among them.',
  })
  async tokens(): Promise<TokenType[]> {
    return await this.#tokens.list();
  }

  @Authorized<Audience>('ADMIN')
  @Mutation(() => CreatedToken, {
    description: 'Makes a token. Its secret is in this answer, and nowhere later.',
  })
  async createToken(
    @Arg('input', () => CreateTokenInput, { description: 'What the token is for.' })
    { name, role, expiresAt }: CreateTokenInput,
  ): Promise<CreatedToken> {
    return await this.#tokens.create({ name, role, expiresAt: expiresAt ?? null });
  }

  @Authorized<Audience>('ADMIN')
  @Mutation(() => TokenType, {
    nullable: true,
    description:
      'Ends a token at once, with its sessions and open subscriptions. Returns what it was, or null where there was none.',
  })
  async revokeToken(
    @Arg('id', () => ID, { description: "The token's id." }) id: string,
  ): Promise<TokenType | undefined> {
    return await this.#gate.revoke(id);
  }

  @Authorized<Audience>('VIEWER', 'AUTOSCALER')
  @Mutation(() => Int, {
    description:
      "Ends every session that was opened with the caller's token, in all browsers, this one's too. The token stays. Returns how many.",
  })
  async signOutEverywhere(@Ctx() { caller }: Context): Promise<number> {
    return caller === undefined ? 0 : await this.#gate.signOutEverywhere(caller);
  }
}
