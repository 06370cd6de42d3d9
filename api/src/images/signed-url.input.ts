import { ArgsType, Field, Int } from 'type-graphql';

@ArgsType()
export class SignedUrlArgs {
  @Field(() => String, { description: "The image's key." })
  key!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'Width in pixels: one of those of thumbnailUrl. Left out, it is the original.',
  })
  width?: number | null;

  @Field(() => Int, { defaultValue: 3600, description: 'Seconds until it expires: 1 to 604,800, a week.' })
  expiresIn!: number;
}
