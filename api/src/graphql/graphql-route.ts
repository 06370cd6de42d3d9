import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import fastifyApollo from '@as-integrations/fastify';
import type { FastifyError, FastifyInstance } from 'fastify';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { Caller } from '../access/caller.ts';
import { INTERNAL_MESSAGE, ShoalError } from '../errors.ts';
import type { UploadPace } from '../images/upload-pace.ts';
import type { ReportError } from '../http/report-error.ts';
import { busyStatus } from './busy-status.ts';
import type { Context, IdentifyCaller } from './context.ts';
import { formatError } from './format-error.ts';
import { DOCUMENT_LIMITS, MAX_TOKENS } from './document-limits.ts';
import { legacyStatus } from './legacy-status.ts';
import { acceptMultipart } from './multipart.ts';
import { tellingStrangersNothing } from './strangers.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks for GraphQL. Undefined for a stranger. */
    caller: Caller | undefined;
  }
}

export interface GraphQLRouteOptions {
  readonly schema: GraphQLSchema;
  readonly identify: IdentifyCaller;
  /** Whether strangers may look at the schema. */
  readonly isSchemaPublic?: boolean;
  readonly maxUploadBytes: number;
  readonly uploadPace: UploadPace;
  /** Takes errors whose cause the client is not told. */
  readonly report: ReportError;
}

/**
 * Serves GraphQL over HTTP at `/graphql`, uploads by the GraphQL multipart request specification included. Returns its stop.
 * https://github.com/jaydenseric/graphql-multipart-request-spec
 */
export async function serveGraphQL(
  fastify: FastifyInstance,
  { schema, identify, isSchemaPublic = false, maxUploadBytes, uploadPace, report }: GraphQLRouteOptions,
): Promise<() => Promise<void>> {
  const apollo = new ApolloServer<Context>({
    schema,
    csrfPrevention: true,
    introspection: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    parseOptions: { maxTokens: MAX_TOKENS },
    validationRules: [...DOCUMENT_LIMITS],
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    formatError: (formatted, error) => formatError(formatted, error, report),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      refusingSubscriptions,
      busyStatus,
      legacyStatus,
      ...(isSchemaPublic ? [] : [tellingStrangersNothing]),
    ],
  });
  await apollo.start();
  await fastify.register(async (scope) => {
    scope.decorateRequest('caller', undefined);
    // Before a byte of the body is read.
    scope.addHook('onRequest', async (request) => {
      request.caller = await identify(request.headers);
    });
    acceptMultipart(scope, maxUploadBytes, uploadPace);
    scope.setErrorHandler<FastifyError | ShoalError>(async (error, { id: requestId }, reply) => {
      const { status, message, code } = describe(error);
      if (status >= 500) report(error, requestId);
      if (error instanceof ShoalError && error.retryAfterSeconds !== undefined)
        reply.header('retry-after', error.retryAfterSeconds);
      await reply.code(status).send({ errors: [{ message, extensions: { code, requestId } }] });
    });
    await scope.register(fastifyApollo(apollo), {
      path: '/graphql',
      context: async ({ caller, ip: address }) => ({ caller, address }),
    });
  });
  return () => apollo.stop();
}

function describe(error: FastifyError | ShoalError): { status: number; message: string; code: string } {
  if (error instanceof ShoalError) {
    return { status: error.httpStatus, message: error.message, code: error.code };
  }
  const status = error.statusCode ?? 500;
  return status >= 500
    ? { status, message: INTERNAL_MESSAGE, code: 'INTERNAL' }
    : { status, message: error.message, code: 'BAD_REQUEST' };
}

/** Executed like a query, a subscription would fail inside the resolver. */
const refusingSubscriptions: ApolloServerPlugin<Context> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ operation }) => {
      if (operation?.operation !== 'subscription') return;
      throw new GraphQLError(
        'Subscriptions are served over websockets. Connect to this address by the graphql-transport-ws protocol.',
        { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } },
      );
    },
  }),
};
