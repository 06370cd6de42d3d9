import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import { ArgsType, Field, Float, InputType, Int } from 'type-graphql';
import { Verdict } from './decision.type.ts';
import { PoolMode } from './scaling.type.ts';

@InputType({ description: 'What the autoscaler has concluded in one tick.' })
export class RecordDecisionInput {
  @Field(() => GraphQLDateTime, {
    description:
      'The beginning of the minute that was decided on or, where a minute has several ticks, of the interval.',
  })
  tick!: Date;

  @Field(() => PoolMode, { description: 'The mode that it went by.' })
  mode!: PoolMode;

  @Field(() => Verdict, { description: 'What was concluded.' })
  verdict!: Verdict;

  @Field(() => Int, { description: 'The desired size before.' })
  size!: number;

  @Field(() => Int, { description: 'The size that was concluded.' })
  newSize!: number;

  @Field(() => Boolean, { description: 'Whether the pool was resized to it.' })
  applied!: boolean;

  @Field(() => String, { description: 'Why, in one sentence: 1 to 1,000 characters.' })
  reason!: string;

  @Field(() => Float, { nullable: true, description: 'Miss rate in that minute, 0 to 1. Null without data.' })
  missRate?: number | null;

  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Reads in that minute. Null without data.' })
  gets?: number | null;

  @Field(() => Int, { nullable: true, description: 'Nodes that were ready. Null without data.' })
  nodesReady?: number | null;
}

@ArgsType()
export class DecisionsArgs {
  @Field(() => Int, { defaultValue: 50, description: 'How many at most: 1 to 200.' })
  first!: number;

  @Field(() => String, { nullable: true, description: 'Cursor of the edge after which to go on.' })
  after?: string | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Only decisions by which the pool was resized.' })
  appliedOnly!: boolean;
}
