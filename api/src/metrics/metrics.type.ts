import { Max, Min } from 'class-validator';
import { ArgsType, Field, Int, ObjectType } from 'type-graphql';
import { NodeStats, NodeStatsPointNow, StatsPoint } from './stats-point.type.ts';

@ArgsType()
export class StatsArgs {
  @Field(() => Int, { defaultValue: 30, description: 'How many minutes back: 1 to 1,440.' })
  @Min(1)
  @Max(1440)
  minutes!: number;
}

@ObjectType({ description: 'What the pool and the reads of images have been like.' })
export class Stats {
  @Field(() => [StatsPoint], {
    description:
      'One point for every minute of the window, the oldest first. The present minute is left out until a moment after its end.',
  })
  minutes!: StatsPoint[];

  @Field(() => [StatsPoint], {
    description:
      'The last 120 seconds, the oldest first, as the process that answers has seen them; reads of images are those of this process.',
  })
  seconds!: StatsPoint[];

  @Field(() => [NodeStats], {
    description: 'Minute by minute what each node was like that there was at any time of the window.',
  })
  nodes!: NodeStats[];
}

@ObjectType({ description: 'The newest of what the pool and the reads of images are like.' })
export class StatsUpdate {
  @Field(() => StatsPoint, { description: 'The last second; reads of images are those of this process.' })
  second!: StatsPoint;

  @Field(() => StatsPoint, {
    nullable: true,
    description: 'The last minute, once, when it has just been finished; null otherwise.',
  })
  minute!: StatsPoint | null;

  @Field(() => [NodeStatsPointNow], { description: 'The last second of each node.' })
  nodes!: NodeStatsPointNow[];
}
