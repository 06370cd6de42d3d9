import { Mutation, Query, Resolver } from 'type-graphql';
import { PoolType } from './pool.type.ts';

/** What the pool tells of itself and what it can be told to do. */
export interface PoolControl {
  describe(): Promise<PoolType>;
  clear(): Promise<void>;
}

@Resolver(() => PoolType)
export class PoolResolver {
  readonly #pool: PoolControl;

  constructor(pool: PoolControl) {
    this.#pool = pool;
  }

  @Query(() => PoolType, { description: 'The cache nodes and what they hold now.' })
  async pool(): Promise<PoolType> {
    return await this.#pool.describe();
  }

  @Mutation(() => PoolType, {
    description:
      'Empties every cache node. Images stay; the next reads go to the object store. Returns the pool afterwards.',
  })
  async clearCache(): Promise<PoolType> {
    await this.#pool.clear();
    return await this.#pool.describe();
  }
}
