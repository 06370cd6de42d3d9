import { Max, Min } from 'class-validator';
import { ArgsType, Field, InputType, Int } from 'type-graphql';
import { EvictionPolicy } from './cache-config.type.ts';

@InputType({ description: 'What is to change of the configuration. What is left out stays as it is.' })
export class SetCacheConfigInput {
  @Field(() => Int, { nullable: true, description: 'Memory of each node in MiB: 16 to 65,536.' })
  capacityMiB?: number | null;

  @Field(() => EvictionPolicy, {
    nullable: true,
    description: 'What a full node throws out. Nothing that fits is dropped by the change.',
  })
  evictionPolicy?: EvictionPolicy | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The most that resizes copy, all nodes together, in MiB per second: 1 to 10,000.',
  })
  copyLimitMiBps?: number | null;
}

@ArgsType()
export class FinishedResizesArgs {
  @Field(() => Int, { defaultValue: 10, description: 'How many at most: 1 to 200.' })
  @Min(1)
  @Max(200)
  first!: number;
}

@ArgsType()
export class HistoryArgs {
  @Field(() => Int, { defaultValue: 50, description: 'How many at most: 1 to 1,000.' })
  @Min(1)
  @Max(1000)
  first!: number;
}
