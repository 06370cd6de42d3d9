import { ArrayMaxSize, IsOptional, Matches, Max, MaxLength, Min } from 'class-validator';
import { type FileUpload } from 'graphql-upload/processRequest.mjs';
import GraphQLUpload from 'graphql-upload/GraphQLUpload.mjs';
import { ArgsType, Field, InputType, Int } from 'type-graphql';
import { ImageOrder } from './image.type.ts';

@InputType({ description: 'An upload under a key.' })
export class UploadImageInput {
  @Field(() => String, {
    description:
      '1 to 200 characters of Unicode, without control characters and without leading or trailing space.',
  })
  key!: string;

  @Field(() => GraphQLUpload, { description: 'The picture: JPEG, PNG, GIF, WebP or AVIF.' })
  file!: Promise<FileUpload>;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether an existing image under this key may be replaced; otherwise it is a CONFLICT.',
  })
  overwrite!: boolean;
}

@ArgsType()
export class ImagesArgs {
  @Field(() => Int, { defaultValue: 50, description: 'How many at most: 1 to 200.' })
  @Min(1)
  @Max(200)
  first!: number;

  @Field(() => String, { nullable: true, description: 'Cursor of the edge after which to go on.' })
  @IsOptional()
  @MaxLength(1200)
  after?: string | null;

  @Field(() => String, { nullable: true, description: 'Only keys that begin with this.' })
  @IsOptional()
  @MaxLength(400)
  prefix?: string | null;

  @Field(() => ImageOrder, {
    defaultValue: ImageOrder.KEY,
    description: "The order of the list. NEWEST can't be combined with a prefix.",
  })
  order!: ImageOrder;
}

@ArgsType()
export class Sha256Args {
  @Field(() => [String], { description: 'SHA-256 of each, in 64 lower-case hexadecimal digits: 1 to 100.' })
  @ArrayMaxSize(100)
  @Matches(/^[0-9a-f]{64}$/, { each: true })
  sha256!: string[];
}
