import 'reflect-metadata';
import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';
import { createPubSub } from '@graphql-yoga/subscription';
import { buildSchema } from 'type-graphql';
import { AccessResolver } from '../access/access.resolver.ts';
import type { IMAGE_CHANGED } from '../images/image.resolver.ts';
import { DirectUploadResolver } from '../images/direct-upload.resolver.ts';
import { ImageResolver } from '../images/image.resolver.ts';
import { SignedUrlResolver } from '../images/signed-url.resolver.ts';
import type { ImageChange } from '../images/image-service.ts';
import { MetricsResolver, STATS_UPDATED } from '../metrics/metrics.resolver.ts';
import { POOL_UPDATED, PoolResolver } from '../pool/pool.resolver.ts';
import { type DECISION_MADE, DecisionResolver } from '../scaling/decision.resolver.ts';
import type { Decision } from '../scaling/decisions.ts';
import { ScalingResolver } from '../scaling/scaling.resolver.ts';
import { checkAccess, markAudiences } from './authorize.ts';
import { latestOnly } from './latest-only.ts';

/** What is published to subscribers of this process. */
export type Topics = ReturnType<typeof createTopics>;

export function createTopics() {
  return createPubSub<{
    [IMAGE_CHANGED]: [ImageChange];
    [POOL_UPDATED]: [];
    [STATS_UPDATED]: [];
    [DECISION_MADE]: [Decision];
  }>();
}

/** The executable schema. Without resolvers it can only be printed. */
export async function createSchema(
  resolvers: readonly (
    | AccessResolver
    | DecisionResolver
    | DirectUploadResolver
    | ImageResolver
    | MetricsResolver
    | PoolResolver
    | ScalingResolver
    | SignedUrlResolver
  )[] = [],
  topics: Topics = createTopics(),
): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [
      AccessResolver,
      DecisionResolver,
      DirectUploadResolver,
      ImageResolver,
      MetricsResolver,
      PoolResolver,
      ScalingResolver,
      SignedUrlResolver,
    ],
    container: { get: (wanted) => resolvers.find((resolver) => resolver.constructor === wanted) },
    pubSub: { ...topics, subscribe: (topic: string) => subscribe(topics, topic) },
    validate: { forbidUnknownValues: false },
    authChecker: checkAccess,
  });
  markAudiences(schema);
  return schema;
}

/** Of the pool and of its numbers only what is newest counts; of images and decisions every one. */
function subscribe(topics: Topics, topic: string): AsyncIterable<unknown> {
  return topic === POOL_UPDATED || topic === STATS_UPDATED
    ? latestOnly(topics.subscribe(topic))
    : topics.subscribe(topic as typeof IMAGE_CHANGED | typeof DECISION_MADE);
}

/** The text of `schema.graphql`. */
export function printSchemaFile(schema: GraphQLSchema): string {
  return `# Emitted from the code: npm run schema -w api\n\n${printSchema(lexicographicSortSchema(schema))}\n`;
}
