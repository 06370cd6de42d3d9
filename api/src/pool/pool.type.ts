import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';

export const NodeState = {
  STARTING: 'STARTING',
  JOINING: 'JOINING',
  READY: 'READY',
  DRAINING: 'DRAINING',
  SUSPECT: 'SUSPECT',
  GONE: 'GONE',
} as const;
export type NodeState = keyof typeof NodeState;
registerEnumType(NodeState, {
  name: 'NodeState',
  description: 'Where a cache node stands in its life.',
  valuesConfig: {
    STARTING: { description: 'Launched, not yet answering.' },
    JOINING: { description: 'Ready to serve, about to enter the ring.' },
    READY: { description: 'A member of the ring.' },
    DRAINING: { description: 'Being emptied towards the remaining nodes; still serves as previous owner.' },
    SUSPECT: {
      description: 'A member of the ring that fails its checks; its reads go to the object store.',
    },
    GONE: { description: 'Stopped or lost.' },
  },
});

@ObjectType({
  description:
    'What the pool knows of one cache node. Counters only grow; one that falls means that the node was restarted.',
})
export class CacheNode {
  @Field(() => String, {
    description: "The node's label on the ring, for instance node-0; a replacement takes over the label.",
  })
  name!: string;

  @Field(() => String, { description: 'Where the api reaches the node: host:port, or unix:PATH.' })
  address!: string;

  @Field(() => NodeState, { description: 'Where the node stands in its life.' })
  state!: NodeState;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Entries that the node holds now. Null while the node does not answer.',
  })
  items!: number | null;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description:
      'Payload and overhead that the node holds now, in bytes. Null while the node does not answer.',
  })
  bytes!: number | null;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'The most that the node will hold, in bytes. Null while the node does not answer.',
  })
  capacityBytes!: number | null;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Reads answered from memory since the node started. Null while the node does not answer.',
  })
  hits!: number | null;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Reads that found nothing since the node started. Null while the node does not answer.',
  })
  misses!: number | null;
}

@ObjectType('Pool', { description: 'The cache nodes together.' })
export class PoolType {
  @Field(() => Int, { description: 'How many nodes there should be.' })
  desiredSize!: number;

  @Field(() => Int, { description: "Goes up by one each time the ring's members change." })
  epoch!: number;

  @Field(() => [CacheNode], { description: 'The nodes, by name.' })
  nodes!: CacheNode[];
}
