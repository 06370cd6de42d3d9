import { Args, Authorized, Query, Resolver, Subscription } from 'type-graphql';
import type { Audience } from '../access/role.ts';
import { Stats, StatsArgs, StatsUpdate } from './metrics.type.ts';

/** The topic under which it is published to subscribers that another second has been seen. */
export const STATS_UPDATED = 'statsUpdated';

/** What there is to know of the past and of the present second. */
export interface StatsSource {
  read(minutes: number): Promise<Stats>;
  /** Waits for the first one. */
  latest(): Promise<StatsUpdate>;
}

@Resolver(() => Stats)
export class MetricsResolver {
  readonly #source: StatsSource;

  constructor(source: StatsSource) {
    this.#source = source;
  }

  @Authorized<Audience>('VIEWER', 'AUTOSCALER')
  @Query(() => Stats, {
    description:
      'What the pool, each node and the reads of images were like, minute by minute. Gaps are null.',
  })
  async stats(@Args(() => StatsArgs) { minutes }: StatsArgs): Promise<Stats> {
    return await this.#source.read(minutes);
  }

  @Authorized<Audience>('VIEWER')
  @Subscription(() => StatsUpdate, {
    topics: STATS_UPDATED,
    description:
      'The last second as it is known now, and then each second as it ends. Who reads slowly misses seconds in between, never the latest.',
  })
  async statsUpdated(): Promise<StatsUpdate> {
    return await this.#source.latest();
  }
}
