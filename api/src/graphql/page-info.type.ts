import { Field, ObjectType } from 'type-graphql';

@ObjectType({ description: "Where a page of a connection ends, in the manner of Relay's connections." })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether more follow after endCursor.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Always false: lists are read forwards.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first edge, null on an empty page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last edge, null on an empty page.' })
  endCursor!: string | null;
}
