import { GraphQLDateTime } from 'graphql-scalars';
import {
  Arg,
  Args,
  Authorized,
  Ctx,
  FieldResolver,
  ID,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import type { Audience } from '../access/role.ts';
import type { Context } from '../graphql/context.ts';
import type { ScalingPolicies } from '../scaling/scaling-policies.ts';
import { PoolMode } from '../scaling/scaling.type.ts';
import { CacheConfigType } from './cache-config.type.ts';
import { CacheNode } from './node.type.ts';
import { FinishedResizesArgs, HistoryArgs, SetCacheConfigInput } from './pool.input.ts';
import type { PoolService, PoolSnapshot } from './pool-service.ts';
import { toCacheConfig, toCacheNode, toPoolEvent, toResize } from './pool-to-graphql.ts';
import { PoolEventType, PoolType } from './pool.type.ts';
import { ResizeType } from './resize.type.ts';

/** The topic under which it is published to subscribers that something about the pool has changed. */
export const POOL_UPDATED = 'poolUpdated';

@Resolver(() => PoolType)
export class PoolResolver {
  readonly #pool: PoolService;
  readonly #policies: ScalingPolicies;

  constructor(pool: PoolService, policies: ScalingPolicies) {
    this.#pool = pool;
    this.#policies = policies;
  }

  @Authorized<Audience>('VIEWER', 'AUTOSCALER')
  @Query(() => PoolType, { description: 'The cache nodes, what they hold now, and what happens to them.' })
  async pool(): Promise<PoolSnapshot> {
    return await this.#pool.snapshot();
  }

  @Authorized<Audience>('VIEWER')
  @Query(() => CacheConfigType, { description: 'How every cache node is to be set.' })
  async cacheConfig(): Promise<CacheConfigType> {
    return toCacheConfig(await this.#pool.snapshot());
  }

  @Authorized<Audience>('OPERATOR')
  @Mutation(() => CacheConfigType, {
    description:
      'Changes how every cache node is set, at run time. Nodes that are away or join later are told then. Nothing that fits is dropped.',
  })
  async setCacheConfig(
    @Arg('input', () => SetCacheConfigInput, { description: 'What is to change: at least one field.' })
    input: SetCacheConfigInput,
  ): Promise<CacheConfigType> {
    return toCacheConfig(await this.#pool.setCacheConfig(input));
  }

  @Authorized<Audience>('OPERATOR', 'AUTOSCALER')
  @Mutation(() => PoolType, {
    description:
      'Sets the desired size; nodes are launched or stopped, and entries copied, after the answer. A CONFLICT in the mode AUTO, and where the nodes are given. Returns the pool.',
  })
  async resizePool(
    @Arg('size', () => Int, { description: 'How many nodes there should be: 1 to maxNodes.' }) size: number,
    @Ctx() { caller }: Context,
    @Arg('expectedSize', () => Int, {
      nullable: true,
      description:
        'The desired size that the caller goes by: when it is another one by now, it is a CONFLICT.',
    })
    expectedSize?: number | null,
  ): Promise<PoolSnapshot> {
    return await this.#pool.resize(size, caller?.role, expectedSize ?? undefined);
  }

  @Authorized<Audience>('OPERATOR')
  @Mutation(() => PoolType, {
    description:
      'Stops the copying of the resize under way until it is resumed. A CONFLICT where none is under way.',
  })
  async pauseResize(): Promise<PoolSnapshot> {
    return await this.#pool.pauseResize();
  }

  @Authorized<Audience>('OPERATOR')
  @Mutation(() => PoolType, {
    description: 'Goes on with the resize that was paused. A CONFLICT where none is under way.',
  })
  async resumeResize(): Promise<PoolSnapshot> {
    return await this.#pool.resumeResize();
  }

  @Authorized<Audience>('OPERATOR')
  @Mutation(() => PoolType, {
    description:
      'Takes a resize back. A queued one will not run; of the one under way, the pool goes back to the size before.',
  })
  async cancelResize(
    @Arg('id', () => ID, {
      nullable: true,
      description: 'Which resize. Left out, it is the one under way.',
    })
    id?: string | null,
  ): Promise<PoolSnapshot> {
    return await this.#pool.cancelResize(id ?? undefined);
  }

  @Authorized<Audience>('OPERATOR')
  @Mutation(() => PoolType, {
    description:
      'Empties every cache node. Images stay; the next reads go to the object store. Returns the pool afterwards.',
  })
  async clearCache(): Promise<PoolSnapshot> {
    return await this.#pool.clearCache();
  }

  @Authorized<Audience>('VIEWER')
  @Subscription(() => PoolType, {
    topics: POOL_UPDATED,
    description:
      'The pool as it is now, and again after each change. Who reads slowly misses states in between, never the latest.',
  })
  async poolUpdated(): Promise<PoolSnapshot> {
    return await this.#pool.snapshot();
  }

  @FieldResolver(() => PoolMode)
  async mode(): Promise<PoolMode> {
    return (await this.#policies.read()).mode;
  }

  @FieldResolver(() => [CacheNode])
  async nodes(@Root() pool: PoolSnapshot): Promise<CacheNode[]> {
    const { reports, ringShares } = await this.#pool.look();
    return pool.nodes.map((node) => toCacheNode(node, reports.get(node.id), ringShares));
  }

  @FieldResolver(() => ResizeType)
  resize(@Root() { resize }: PoolSnapshot): ResizeType | null {
    return resize === undefined ? null : toResize(resize, this.#pool.copiedBytesPerSecond());
  }

  @FieldResolver(() => [ResizeType])
  queuedResizes(@Root() { queuedResizes }: PoolSnapshot): ResizeType[] {
    return queuedResizes.map((resize) => toResize(resize));
  }

  @FieldResolver(() => [ResizeType])
  async finishedResizes(
    @Args(() => FinishedResizesArgs) { first }: FinishedResizesArgs,
  ): Promise<ResizeType[]> {
    return (await this.#pool.finishedResizes(first)).map((resize) => toResize(resize));
  }

  @FieldResolver(() => GraphQLDateTime)
  async lastResizeFinishedAt(): Promise<Date | null> {
    const [last] = await this.#pool.finishedResizes(1);
    return last?.finishedAt == null ? null : new Date(last.finishedAt);
  }

  @FieldResolver(() => GraphQLDateTime)
  serverTime(): Date {
    return this.#pool.now();
  }

  @FieldResolver(() => [PoolEventType])
  async history(@Args(() => HistoryArgs) { first }: HistoryArgs): Promise<PoolEventType[]> {
    return (await this.#pool.history(first)).map(toPoolEvent);
  }
}
