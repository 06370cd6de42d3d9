import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';

@ObjectType({ description: 'A header of a request.' })
export class RequestHeader {
  @Field(() => String, { description: 'Its name.' })
  name!: string;

  @Field(() => String, { description: 'Its value.' })
  value!: string;
}

@ObjectType('DirectUpload', {
  description:
    'How the bytes of an upload are to be sent: by one request, which needs no other authority than its address.',
})
export class DirectUploadType {
  @Field(() => ID, { description: 'To be passed to completeUpload.' })
  id!: string;

  @Field(() => String, {
    description:
      'Where the bytes are to be sent: an absolute address, or a path on this server. It is good once.',
  })
  url!: string;

  @Field(() => String, { description: 'The method of the request: PUT.' })
  method!: string;

  @Field(() => [RequestHeader], { description: 'Headers that the request must have.' })
  headers!: RequestHeader[];

  @Field(() => GraphQLDateTime, {
    description: 'When the address expires. The request must have begun by then.',
  })
  expiresAt!: Date;
}
