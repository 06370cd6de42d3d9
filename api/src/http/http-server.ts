import { createServer, type IncomingMessage, type ServerOptions, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import compress from '@fastify/compress';
import rateLimit from '@fastify/rate-limit';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
} from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Caller } from '../access/caller.ts';
import type { Gate } from '../access/gate.ts';
import { INTERNAL_MESSAGE, ShoalError } from '../errors.ts';
import type { IdentifyCaller } from '../graphql/context.ts';
import { serveGraphQL } from '../graphql/graphql-route.ts';
import { servePlayground } from '../graphql/playground.ts';
import { serveWebsocket } from '../graphql/websocket.ts';
import type { UploadPace } from '../images/upload-pace.ts';
import type { ReceivingInbox } from '../objects/folder-inbox.ts';
import type { Stops } from '../stops.ts';
import { serveHealth, type HealthCheck } from './health.ts';
import { httpLimitsFor, MAX_HEAD_BYTES, MAX_URL_CHARACTERS, type HttpLimits } from './http-limits.ts';
import { serveMetrics } from './metrics-route.ts';
import { sendError, sendProblem } from './problem.ts';
import { reportingTo, type ReportError } from './report-error.ts';
import { requestIdOf, sendRequestIds } from './request-id.ts';
import type { RequestLog } from './request-log.ts';
import { sendSecurityHeaders } from './security-headers.ts';
import { serveSessions } from './session-route.ts';
import { answerUnreadable } from './unreadable.ts';
import { serveUploads } from './upload-route.ts';
import { serveSpa } from './spa.ts';

export interface HttpServerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly log: Logger;
  /** Left out, requests are not logged one by one. */
  readonly requestLog?: RequestLog | undefined;
  /** Answers a request for an image; false for any other request, which it leaves alone. */
  readonly imageRoute: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly schema: GraphQLSchema;
  readonly gate: Gate;
  readonly identify: IdentifyCaller;
  /** Who a code from a one-time link signs in. Undefined for a code that is not good, or no longer. */
  readonly redeemCode: (code: string) => Caller | undefined;
  /** Whether strangers may look at the schema and open the playground. */
  readonly isSchemaPublic: boolean;
  /** Addresses and networks whose X-Forwarded headers are believed. */
  readonly trustedProxies: readonly string[];
  readonly maxUploadBytes: number;
  readonly uploadPace: UploadPace;
  /** Unless given, what suits the largest upload. */
  readonly limits?: HttpLimits;
  readonly healthChecks: readonly HealthCheck[];
  /** Takes what is sent to `/uploads/`, where it comes to this process. */
  readonly inbox?: Pick<ReceivingInbox, 'receive'> | undefined;
  /** Writes what is to be served at `/metrics`. */
  readonly renderMetrics: () => string;
  /** Subscriptions that give everybody the same. */
  readonly sharedFields: readonly string[];
  /** The built single-page app. */
  readonly webFolder: string;
}

/** How long requests under way may take to end when the server is stopped. */
const GRACE_MS = 500;
/** Longer than the idle timeout of the load balancers in front of it, or they would send requests into closing connections. */
const KEEP_ALIVE_MS = 72_000;

const TOO_LONG = `The URL is longer than ${MAX_URL_CHARACTERS} characters.`;

/** Serves everything on one port, and adds the ways to stop. Resolves with the URL once it listens. */
export async function startHttpServer(options: HttpServerOptions, stops: Stops): Promise<string> {
  const {
    host,
    port,
    log,
    requestLog,
    imageRoute,
    schema,
    gate,
    identify,
    maxUploadBytes,
    uploadPace,
    limits = httpLimitsFor(maxUploadBytes),
    sharedFields,
    isSchemaPublic,
    trustedProxies,
  } = options;
  const report = reportingTo(log);
  const fastify: FastifyInstance = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    // Its lines would have whole URLs in them.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestIdOf,
    forceCloseConnections: 'idle',
    trustProxy: [...trustedProxies],
    frameworkErrors: (error, _request, reply) => answerError(error, reply, report),
    // Reads of images go past the framework, whose routing would be a good part of their cost.
    serverFactory: (handler) =>
      createServer(socketOptions(limits), (request, response) => {
        requestLog?.follow(request, response);
        if (request.url!.length > MAX_URL_CHARACTERS) sendProblem(response, 414, TOO_LONG);
        else if (!imageRoute(request, response)) handler(request, response);
      }),
    clientErrorHandler: (error, socket) => answerUnreadable(error, socket, log),
  });
  stops.add(() => close(fastify));
  fastify.setErrorHandler<FastifyError | ShoalError>((error, _request, reply) =>
    answerError(error, reply, report),
  );
  sendRequestIds(fastify);
  await sendSecurityHeaders(fastify);
  await fastify.register(rateLimit, { global: false });
  await fastify.register(compress, { encodings: ['br', 'gzip'] });
  serveSessions(fastify, { gate, redeemCode: options.redeemCode });
  stops.add(
    await serveGraphQL(fastify, { schema, identify, isSchemaPublic, maxUploadBytes, uploadPace, report }),
  );
  stops.add(
    serveWebsocket(fastify.server, {
      schema,
      identify,
      isStillIn: (caller) => gate.isStillIn(caller),
      onRevocation: (listener) => gate.onRevocation(listener),
      sharedFields,
      report,
    }),
  );
  servePlayground(fastify, { identify, isPublic: isSchemaPublic });
  serveHealth(fastify, options.healthChecks, identify, report);
  serveMetrics(fastify, identify, options.renderMetrics);
  if (options.inbox !== undefined) await serveUploads(fastify, options.inbox, report, uploadPace);
  await serveSpa(fastify, options.webFolder);
  await fastify.listen({ host, port });
  return urlOf(fastify.server.address() as AddressInfo);
}

function answerError(error: FastifyError | ShoalError, reply: FastifyReply, report: ReportError): void {
  const status = error instanceof ShoalError ? error.httpStatus : (error.statusCode ?? 500);
  if (status >= 500) report(error, requestIdOf(reply.raw.req));
  reply.hijack();
  if (error instanceof ShoalError) {
    sendError(reply.raw, error);
    return;
  }
  // Of a body that can't be taken the framework says why.
  const told = String(error.code).startsWith('FST_ERR_CTP')
    ? error.message
    : 'There is nothing at this path.';
  sendProblem(reply.raw, status, status >= 500 ? INTERNAL_MESSAGE : told);
}

function socketOptions({ headMs, requestMs, lookEveryMs }: HttpLimits): ServerOptions {
  return {
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: headMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: lookEveryMs,
    maxHeaderSize: MAX_HEAD_BYTES,
  };
}

async function close(fastify: FastifyInstance): Promise<void> {
  const timer = setTimeout(() => fastify.server.closeAllConnections(), GRACE_MS);
  await fastify.close();
  clearTimeout(timer);
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
