import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import { Field, Float, ID, ObjectType, registerEnumType } from 'type-graphql';
import { EvictionPolicy } from './cache-config.type.ts';

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
    STARTING: { description: 'Being launched, or launched and not yet answering.' },
    JOINING: { description: 'It answers, and is being configured before it enters the ring.' },
    READY: { description: 'A member of the ring.' },
    DRAINING: {
      description:
        'It has left the ring; its entries are copied to their new owners, and it still serves them.',
    },
    SUSPECT: {
      description: 'A member of the ring that fails its checks; other nodes stand in for it.',
    },
    GONE: { description: 'Stopped or lost.' },
  },
});

@ObjectType({
  description:
    'What the pool knows of one cache node. Counters only grow; one that falls means that the node was restarted.',
})
export class CacheNode {
  @Field(() => ID, {
    description:
      'Id of this node alone; a replacement has another one. The address of a node that was given.',
  })
  id!: string;

  @Field(() => String, {
    description: "The node's label on the ring, for instance node-0; a replacement takes over the label.",
  })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Where the api reaches the node: host:port, or unix:PATH. Null until it is launched.',
  })
  address!: string | null;

  @Field(() => NodeState, { description: 'Where the node stands in its life.' })
  state!: NodeState;

  @Field(() => GraphQLDateTime, { description: 'Since when the node has been in this state.' })
  since!: Date;

  @Field(() => String, { description: 'Why the node is in this state, in words. Empty where it needs none.' })
  reason!: string;

  @Field(() => GraphQLDateTime, {
    description: 'When the launch of the node was decided, or a given one first seen.',
  })
  launchedAt!: Date;

  @Field(() => Float, {
    nullable: true,
    description: "The node's share of all keys, 0 to 1. Null while it is no member of the ring.",
  })
  ringShare!: number | null;

  @Field(() => EvictionPolicy, {
    nullable: true,
    description:
      'What the node throws out when it is full. Null while it does not answer, and for a plain memcached, which has no choice.',
  })
  evictionPolicy!: EvictionPolicy | null;

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
