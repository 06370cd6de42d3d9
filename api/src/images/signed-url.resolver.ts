import { Args, Authorized, Query, Resolver } from 'type-graphql';
import type { Audience } from '../access/role.ts';
import { SignedUrlArgs } from './signed-url.input.ts';
import type { SignedUrls } from './signed-url.ts';

@Resolver()
export class SignedUrlResolver {
  readonly #urls: SignedUrls;

  constructor(urls: SignedUrls) {
    this.#urls = urls;
  }

  @Authorized<Audience>('VIEWER')
  @Query(() => String, {
    description:
      'Path by which everybody who has it may read an image until it expires, whether there is one or not. No token or session is needed.',
  })
  signedUrl(@Args(() => SignedUrlArgs) { key, width, expiresIn }: SignedUrlArgs): string {
    return this.#urls.sign({ key, width: width ?? undefined, expiresIn });
  }
}
