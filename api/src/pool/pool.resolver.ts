import { Mutation, Query, Resolver } from 'type-graphql';
import type { NodeStatus, Pool } from './pool.ts';
import { PoolType, type CacheNode } from './pool.type.ts';

@Resolver(() => PoolType)
export class PoolResolver {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  @Query(() => PoolType, { description: 'The cache nodes and what they hold now.' })
  async pool(): Promise<PoolType> {
    const nodes = await this.#pool.nodes();
    const { desiredSize, topology } = this.#pool;
    return { desiredSize, epoch: topology.epoch, nodes: nodes.map(toCacheNode) };
  }

  @Mutation(() => PoolType, {
    description:
      'Empties every cache node. Images stay; the next reads go to the object store. Returns the pool afterwards.',
  })
  async clearCache(): Promise<PoolType> {
    await this.#pool.clear();
    return await this.pool();
  }
}

function toCacheNode({ label, address, state, counters }: NodeStatus): CacheNode {
  return {
    name: label,
    address,
    state,
    items: counters?.items ?? null,
    bytes: counters?.bytes ?? null,
    capacityBytes: counters?.capacityBytes ?? null,
    hits: counters?.hits ?? null,
    misses: counters?.misses ?? null,
  };
}
