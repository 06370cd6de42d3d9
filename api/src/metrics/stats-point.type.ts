import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';

/** What points of the pool and points of one node have in common. */
@ObjectType()
abstract class Point {
  @Field(() => GraphQLDateTime, { description: 'When the interval began.' })
  time!: Date;

  @Field(() => Int, { description: 'How long the interval is, in seconds: 60 or 1.' })
  seconds!: number;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Reads that nodes were asked for: hits and misses. Null where there is no data.',
  })
  gets!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The same as a rate, in reads per minute. Null where there is no data.',
  })
  getsPerMinute!: number | null;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Reads that were answered from memory. Null where there is no data.',
  })
  hits!: number | null;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Reads that found nothing. Null where there is no data.',
  })
  misses!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Hits divided by gets, 0 to 1. Null where there were no gets or there is no data.',
  })
  hitRate!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Misses divided by gets, 0 to 1. Null where there were no gets or there is no data.',
  })
  missRate!: number | null;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Entries held at the end of the interval. Null where there is no data.',
  })
  items!: number | null;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description:
      'Payload and overhead held at the end of the interval, in bytes. Null where there is no data.',
  })
  bytes!: number | null;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description:
      'The most that could be held at the end of the interval, in bytes. Null where there is no data.',
  })
  capacityBytes!: number | null;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Entries that were thrown out to make room. Null where there is no data.',
  })
  evictions!: number | null;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'What nodes have received, in bytes. Null where there is no data.',
  })
  bytesIn!: number | null;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'What nodes have sent, in bytes. Null where there is no data.',
  })
  bytesOut!: number | null;
}

@ObjectType({
  description: 'What all nodes together, and the reads of images, were like in one interval of time.',
})
export class StatsPoint extends Point {
  @Field(() => Int, {
    nullable: true,
    description: 'How many nodes were READY at the end of the interval. Null where there is no data.',
  })
  nodesReady!: number | null;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description:
      'Requests that were answered with an image, or that it has not changed. Null where there is no data.',
  })
  imageReads!: number | null;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Reads of the object store for images. Null where there is no data.',
  })
  objectReads!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Half of the reads of images were answered within this time, in milliseconds, to about a tenth. From the request to the head of the answer. Null where there were none.',
  })
  p50Ms!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      '99 of 100 reads of images were answered within this time, as p50Ms. Null where there were none.',
  })
  p99Ms!: number | null;

  @Field(() => Boolean, {
    description:
      'Whether every READY node was seen for the whole interval; a few seconds of a minute may be missing, since counters go on meanwhile.',
  })
  isComplete!: boolean;
}

@ObjectType({ description: 'What one node was like in one interval of time.' })
export class NodeStatsPoint extends Point {
  @Field(() => Int, {
    nullable: true,
    description: 'Connections open to the node at the end of the interval. Null where there is no data.',
  })
  connections!: number | null;
}

@ObjectType({ description: 'What one node has been like.' })
export class NodeStats {
  @Field(() => ID, { description: 'Id of the node, as in CacheNode. A replacement has another one.' })
  id!: string;

  @Field(() => String, { description: "The node's label on the ring; a replacement takes it over." })
  name!: string;

  @Field(() => [NodeStatsPoint], { description: 'One for every minute of the window, the oldest first.' })
  points!: NodeStatsPoint[];

  @Field(() => [NodeStatsPoint], {
    description: 'Beside the seconds of the pool: up to 120, as the process that answers has seen them.',
  })
  seconds!: NodeStatsPoint[];
}

@ObjectType({ description: 'What one node was like in the last second.' })
export class NodeStatsPointNow {
  @Field(() => ID, { description: 'Id of the node, as in CacheNode.' })
  id!: string;

  @Field(() => String, { description: "The node's label on the ring." })
  name!: string;

  @Field(() => NodeStatsPoint, { description: 'Its last second.' })
  point!: NodeStatsPoint;
}
