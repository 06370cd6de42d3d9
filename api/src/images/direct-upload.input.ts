import { Field, InputType, Int } from 'type-graphql';

@InputType({ description: 'An upload whose bytes are sent by a request of their own.' })
export class CreateUploadInput {
  @Field(() => String, {
    description:
      '1 to 200 characters of Unicode, without control characters and without leading or trailing space.',
  })
  key!: string;

  @Field(() => Int, { description: 'How many bytes will be sent.' })
  bytes!: number;

  @Field(() => String, {
    description: 'image/jpeg, image/png, image/gif, image/webp or image/avif. The bytes decide in the end.',
  })
  contentType!: string;

  @Field(() => String, { description: 'SHA-256 of the bytes, in hexadecimal.' })
  sha256!: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether an existing image under this key may be replaced; otherwise it is a CONFLICT.',
  })
  overwrite!: boolean;
}
