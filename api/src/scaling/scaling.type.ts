import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';

export const PoolMode = {
  MANUAL: 'MANUAL',
  AUTO: 'AUTO',
} as const;
export type PoolMode = keyof typeof PoolMode;
registerEnumType(PoolMode, {
  name: 'PoolMode',
  description: 'Who sets the desired size of the pool.',
  valuesConfig: {
    MANUAL: { description: 'A person.' },
    AUTO: { description: 'The autoscaler, by the scaling policy.' },
  },
});

@ObjectType('ScalingPolicy', { description: 'Who sets the desired size, and what the autoscaler goes by.' })
export class ScalingPolicyType {
  @Field(() => PoolMode, { description: 'Who sets the desired size.' })
  mode!: PoolMode;

  @Field(() => Float, { description: 'Miss rate above which the pool grows, 0 to 1.' })
  maxMissRate!: number;

  @Field(() => Float, { description: 'Miss rate below which the pool shrinks, 0 to 1.' })
  minMissRate!: number;

  @Field(() => Float, { description: 'What the size is multiplied by to grow: above 1, at most 10.' })
  expandRatio!: number;

  @Field(() => Float, { description: 'What the size is multiplied by to shrink: above 0, below 1.' })
  shrinkRatio!: number;

  @Field(() => Int, { description: 'The autoscaler never goes below this many nodes.' })
  minNodes!: number;

  @Field(() => Int, { description: 'The autoscaler never goes above this many nodes.' })
  maxNodes!: number;

  @Field(() => Int, { description: 'After a resize the autoscaler waits this long, in seconds.' })
  cooldownSeconds!: number;

  @Field(() => Int, {
    description:
      'Within this time after growing the autoscaler does not shrink, and the reverse, in minutes.',
  })
  flapWindowMinutes!: number;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When mode or policy were last changed. Null while they are as they came.',
  })
  updatedAt!: Date | null;
}
