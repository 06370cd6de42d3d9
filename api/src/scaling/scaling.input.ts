import { Field, Float, InputType, Int } from 'type-graphql';
import { PoolMode } from './scaling.type.ts';

@InputType({ description: 'What is to change of mode and scaling policy. What is left out stays as it is.' })
export class SetPoolModeInput {
  @Field(() => PoolMode, { nullable: true, description: 'Who sets the desired size.' })
  mode?: PoolMode | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Miss rate above which the pool grows: 0 to 1, above minMissRate.',
  })
  maxMissRate?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Miss rate below which the pool shrinks: 0 to 1, below maxMissRate.',
  })
  minMissRate?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'What the size is multiplied by to grow: above 1, at most 10.',
  })
  expandRatio?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'What the size is multiplied by to shrink: above 0, below 1.',
  })
  shrinkRatio?: number | null;

  @Field(() => Int, { nullable: true, description: 'The least nodes: from 1, below maxNodes.' })
  minNodes?: number | null;

  @Field(() => Int, { nullable: true, description: 'The most nodes: up to POOL_MAX_NODES.' })
  maxNodes?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How long the autoscaler waits after a resize, in seconds: 0 to 86,400.',
  })
  cooldownSeconds?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'How long the autoscaler does not turn from growing to shrinking or back, in minutes: 0 to 1,440.',
  })
  flapWindowMinutes?: number | null;
}
