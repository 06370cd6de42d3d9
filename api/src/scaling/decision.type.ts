import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { PageInfo } from '../graphql/page-info.type.ts';
import { PoolMode } from './scaling.type.ts';

export const Verdict = { EXPAND: 'EXPAND', SHRINK: 'SHRINK', HOLD: 'HOLD' } as const;
export type Verdict = keyof typeof Verdict;
registerEnumType(Verdict, {
  name: 'Verdict',
  description: 'What the autoscaler concluded about the size of the pool.',
  valuesConfig: {
    EXPAND: { description: 'It should grow.' },
    SHRINK: { description: 'It should shrink.' },
    HOLD: { description: 'It should stay as it is.' },
  },
});

@ObjectType('Decision', { description: 'What the autoscaler concluded in one tick, from what, and why.' })
export class DecisionType {
  @Field(() => ID, { description: 'Id of the decision (UUIDv7). Later decisions have greater ones.' })
  id!: string;

  @Field(() => GraphQLDateTime, {
    description:
      'The beginning of the minute that was decided on or, where a minute has several ticks, of the interval.',
  })
  tick!: Date;

  @Field(() => GraphQLDateTime, { description: 'When it was decided.' })
  at!: Date;

  @Field(() => PoolMode, { description: 'The mode then. In MANUAL the autoscaler only advises.' })
  mode!: PoolMode;

  @Field(() => Verdict, { description: 'What was concluded.' })
  verdict!: Verdict;

  @Field(() => Int, { description: 'The desired size before.' })
  size!: number;

  @Field(() => Int, { description: 'The size that was concluded; the same as before when it holds.' })
  newSize!: number;

  @Field(() => Boolean, { description: 'Whether the pool was resized to it.' })
  applied!: boolean;

  @Field(() => String, { description: 'Why, in one sentence with the numbers in it.' })
  reason!: string;

  @Field(() => Float, {
    nullable: true,
    description: 'Miss rate of the pool in that minute, 0 to 1. Null without data.',
  })
  missRate!: number | null;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Reads of the pool in that minute. Null without data.',
  })
  gets!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Nodes that were ready in that minute. Null without data.',
  })
  nodesReady!: number | null;
}

@ObjectType({ description: 'A decision and its place in the list.' })
export class DecisionEdge {
  @Field(() => String, { description: 'Opaque: pass it as `after` to go on behind this decision.' })
  cursor!: string;

  @Field(() => DecisionType, { description: 'The decision.' })
  node!: DecisionType;
}

@ObjectType({ description: "A page of decisions, in the manner of Relay's connections." })
export class DecisionConnection {
  @Field(() => [DecisionEdge], { description: 'The decisions with their cursors, the latest first.' })
  edges!: DecisionEdge[];

  @Field(() => PageInfo, { description: 'Where this page ends and whether more follow.' })
  pageInfo!: PageInfo;
}
