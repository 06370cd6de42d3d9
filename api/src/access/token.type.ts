import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { Role } from './role.ts';

registerEnumType(Role, {
  name: 'Role',
  description: 'What a token may do. Of the first four each may do what those before it may.',
  valuesConfig: {
    VIEWER: { description: 'Reads everything but the tokens.' },
    EDITOR: { description: 'Uploads and deletes images, one by one.' },
    OPERATOR: { description: 'Sets the pool, its mode and cache; deletes all images at once.' },
    ADMIN: { description: 'Makes and revokes tokens.' },
    AUTOSCALER: {
      description: 'Reads the pool and its stats, resizes it in the mode AUTO, records decisions.',
    },
  },
});

@ObjectType('Token', {
  description: 'Something that lets in whoever shows it. Its secret is stored as a hash.',
})
export class TokenType {
  @Field(() => ID, { description: 'Id of the token (UUIDv7). Later ones have greater ids.' })
  id!: string;

  @Field(() => String, { description: 'What it was called when it was made.' })
  name!: string;

  @Field(() => Role, { description: 'What it may do.' })
  role!: Role;

  @Field(() => GraphQLDateTime, { description: 'When it was made.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it ends. Null for never.' })
  expiresAt!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it was used last, to the minute. Null for never.',
  })
  lastUsedAt!: Date | null;
}

@ObjectType({ description: 'A token that was just made.' })
export class CreatedToken {
  @Field(() => String, { description: 'The secret, to be sent as a bearer token. It is shown this once.' })
  secret!: string;

  @Field(() => TokenType, { description: 'What is stored of it.' })
  token!: TokenType;
}

@InputType({ description: 'A token to be made.' })
export class CreateTokenInput {
  @Field(() => String, { description: 'What it is for: 1 to 100 characters.' })
  name!: string;

  @Field(() => Role, { description: 'What it may do.' })
  role!: Role;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it ends. Left out, it never does.' })
  expiresAt?: Date | null;
}

@ObjectType({ description: 'Who asks.' })
export class Viewer {
  @Field(() => String, { description: 'What the token is called.' })
  name!: string;

  @Field(() => Role, { description: 'What it may do.' })
  role!: Role;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the token or the session ends at the latest. Null for never.',
  })
  expiresAt!: Date | null;
}
