import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';

export const ResizeState = {
  QUEUED: 'QUEUED',
  RUNNING: 'RUNNING',
  PAUSED: 'PAUSED',
  DONE: 'DONE',
  CANCELLED: 'CANCELLED',
  FAILED: 'FAILED',
} as const;
export type ResizeState = keyof typeof ResizeState;
registerEnumType(ResizeState, {
  name: 'ResizeState',
  description: 'Where a resize stands.',
  valuesConfig: {
    QUEUED: { description: 'It waits for the resizes before it.' },
    RUNNING: { description: 'Nodes are being launched, or entries copied.' },
    PAUSED: { description: 'Nothing is copied until it is resumed. Reads still find what was not copied.' },
    DONE: { description: 'The pool has the size that was asked for, and all entries are at their owners.' },
    CANCELLED: { description: 'Taken back: the pool went back to the size before.' },
    FAILED: { description: 'Given up for the reason that it tells: the pool went back to the size before.' },
  },
});

@ObjectType('Resize', { description: 'A change of the number of nodes. One is under way at a time.' })
export class ResizeType {
  @Field(() => ID, { description: 'Id of the resize (UUIDv7).' })
  id!: string;

  @Field(() => Int, { description: 'Nodes before it.' })
  fromSize!: number;

  @Field(() => Int, { description: 'Nodes after it.' })
  toSize!: number;

  @Field(() => ResizeState, { description: 'Where the resize stands.' })
  state!: ResizeState;

  @Field(() => String, { description: 'Why it is in this state, in words.' })
  reason!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was asked for.' })
  requestedAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it began. Null while it is queued.' })
  startedAt!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it was done, cancelled or given up. Null until then.',
  })
  finishedAt!: Date | null;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Entries that have to be copied. Null until they are counted.',
  })
  entriesTotal!: number | null;

  @Field(() => GraphQLSafeInt, { description: 'Entries copied so far.' })
  entriesCopied!: number;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Bytes that have to be copied. Null until they are counted.',
  })
  bytesTotal!: number | null;

  @Field(() => GraphQLSafeInt, { description: 'Bytes copied so far.' })
  bytesCopied!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'How fast it copies now, in bytes per second. Null while it does not copy.',
  })
  bytesPerSecond!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'How long the copying will take at this speed, in seconds. Null while that is not known.',
  })
  secondsLeft!: number | null;
}
