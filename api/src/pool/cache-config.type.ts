import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';

/** Names in the schema, and what they are called on the wire. */
export const EvictionPolicy = {
  LRU: 'lru',
  RANDOM: 'random',
  FIFO: 'fifo',
  CLOCK: 'clock',
  LFU: 'lfu',
  SIEVE: 'sieve',
  S3_FIFO: 's3-fifo',
  W_TINYLFU: 'w-tinylfu',
  ARC: 'arc',
} as const;
export type EvictionPolicy = (typeof EvictionPolicy)[keyof typeof EvictionPolicy];
registerEnumType(EvictionPolicy, {
  name: 'EvictionPolicy',
  description: 'What a full node throws out.',
  valuesConfig: {
    LRU: { description: 'What has not been read for the longest time.' },
    RANDOM: { description: 'Any entry.' },
    FIFO: { description: 'What has been in the node for the longest time.' },
    CLOCK: { description: 'What has not been read since the hand last passed: LRU in one bit per entry.' },
    LFU: { description: 'What was read least often.' },
    SIEVE: { description: 'What was not read since the hand last passed; new entries stay where they are.' },
    S3_FIFO: { description: 'What was not read again soon after it came, then in the order of arrival.' },
    W_TINYLFU: { description: 'What was read less often lately than the entry that would come in.' },
    ARC: { description: 'By recency or by frequency, whichever has served better lately.' },
  },
});

@ObjectType('CacheConfig', { description: 'How every cache node is to be set.' })
export class CacheConfigType {
  @Field(() => Int, { description: 'Memory of each node, in MiB.' })
  capacityMiB!: number;

  @Field(() => EvictionPolicy, {
    description: 'What a full node throws out. A plain memcached has a policy of its own.',
  })
  evictionPolicy!: EvictionPolicy;

  @Field(() => Int, { description: 'The most that resizes copy, all nodes together, in MiB per second.' })
  copyLimitMiBps!: number;

  @Field(() => [String], {
    description: 'Names of the nodes that have not been told the newest configuration yet.',
  })
  pendingNodes!: string[];
}
