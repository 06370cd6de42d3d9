import 'reflect-metadata';
import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';
import { createPubSub } from '@graphql-yoga/subscription';
import { buildSchema } from 'type-graphql';
import type { IMAGE_CHANGED } from '../images/image.resolver.ts';
import { ImageResolver } from '../images/image.resolver.ts';
import type { ImageChange } from '../images/image-service.ts';
import { PoolResolver } from '../pool/pool.resolver.ts';

/** What resolvers publish to subscribers of this process. */
export type Topics = ReturnType<typeof createTopics>;

export function createTopics() {
  return createPubSub<{ [IMAGE_CHANGED]: [ImageChange] }>();
}

/** The executable schema. Without resolvers it can only be printed. */
export async function createSchema(
  resolvers: readonly (ImageResolver | PoolResolver)[] = [],
  topics: Topics = createTopics(),
): Promise<GraphQLSchema> {
  return await buildSchema({
    resolvers: [ImageResolver, PoolResolver],
    container: { get: (wanted) => resolvers.find((resolver) => resolver.constructor === wanted) },
    pubSub: topics,
    validate: { forbidUnknownValues: false },
  });
}

/** The text of `schema.graphql`. */
export function printSchemaFile(schema: GraphQLSchema): string {
  return `# Emitted from the code: npm run schema -w api\n\n${printSchema(lexicographicSortSchema(schema))}\n`;
}
