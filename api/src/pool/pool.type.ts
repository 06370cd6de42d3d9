import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { PoolMode } from '../scaling/scaling.type.ts';
import { CacheNode } from './node.type.ts';
import { ResizeType } from './resize.type.ts';

@ObjectType('PoolEvent', { description: 'Something that happened to the pool.' })
export class PoolEventType {
  @Field(() => ID, { description: 'Id of the event (UUIDv7). Later events have greater ones.' })
  id!: string;

  @Field(() => GraphQLDateTime, { description: 'When it happened.' })
  at!: Date;

  @Field(() => String, {
    nullable: true,
    description: 'Name of the node that it is about. Null when it is about the pool.',
  })
  node!: string | null;

  @Field(() => String, { description: 'What happened, in words.' })
  text!: string;
}

@ObjectType('Pool', { description: 'The cache nodes together.' })
export class PoolType {
  @Field(() => Int, { description: 'How many nodes there should be when all resizes are done.' })
  desiredSize!: number;

  @Field(() => Int, { description: 'The most nodes that there may be.' })
  maxNodes!: number;

  @Field(() => Boolean, { description: 'Whether nodes can be launched and stopped.' })
  isElastic!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Why no nodes can be launched or stopped, in words. Null where they can.',
  })
  fixedReason!: string | null;

  @Field(() => Int, { description: "Goes up by one each time the ring's members change." })
  epoch!: number;

  @Field(() => PoolMode, { description: 'Who sets the desired size.' })
  mode!: PoolMode;

  @Field(() => [CacheNode], {
    description: 'The nodes, in the order of their slots. One that is gone stays for a minute.',
  })
  nodes!: CacheNode[];

  @Field(() => ResizeType, { nullable: true, description: 'The resize that is running or paused.' })
  resize!: ResizeType | null;

  @Field(() => [ResizeType], { description: 'The resizes that wait, in the order in which they will run.' })
  queuedResizes!: ResizeType[];

  @Field(() => [ResizeType], {
    description: 'The resizes that were done, cancelled or given up, the latest first.',
  })
  finishedResizes!: ResizeType[];

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the last resize came to its end, whatever came of it. Null when there never was one.',
  })
  lastResizeFinishedAt!: Date | null;

  @Field(() => GraphQLDateTime, { description: "Now, by the clock that the pool's times are of." })
  serverTime!: Date;

  @Field(() => [PoolEventType], { description: 'What happened to the pool, the latest first.' })
  history!: PoolEventType[];
}
