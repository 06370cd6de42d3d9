import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { GraphQLError, parse, specifiedRules, validate, type GraphQLSchema } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Caller } from '../access/caller.ts';
import { isFromOwnPage } from '../access/credential.ts';
import type { ReportError } from '../http/report-error.ts';
import { refuseSubscriber } from './authorize.ts';
import type { Context, IdentifyCaller } from './context.ts';
import { DOCUMENT_LIMITS, MAX_TOKENS } from './document-limits.ts';
import { formatError } from './format-error.ts';
import { SharedSubscriptions } from './shared-subscriptions.ts';

/** As the protocol says it to who has not signed in. */
const UNAUTHORIZED = 4401;
/** More than a busy pool of replicas has users; each connection takes some 50 kB. */
const MAX_CONNECTIONS = 2000;
/** Of one connection at the same time. */
const MAX_SUBSCRIPTIONS = 50;
/** A connection without any subscription is closed after so long. */
const IDLE_MS = 5 * 60_000;
/** How often those connected are looked at: what they have shown expires, and another replica may have revoked it. */
const LOOK_EVERY_MS = 3_000;
const MAX_MESSAGE_BYTES = 64 * 1024;
/** How long clients may take to say goodbye when the server is stopped: those that sleep or are out of reach never do. */
const GOODBYE_MS = 300;

const TOO_MANY = `One connection may have ${MAX_SUBSCRIPTIONS} subscriptions at the same time. End some, or open another.`;
const NORMAL = 1000;

/** Somebody who was let in. */
interface Visitor {
  readonly caller: Caller;
  /** By id, those that run. */
  readonly subscriptions: Readonly<Record<string, unknown>>;
  /** When there were some last. */
  busyAt: number;
}

export interface WebsocketOptions {
  readonly schema: GraphQLSchema;
  readonly identify: IdentifyCaller;
  /** Whether somebody who was let in still may be. Left out, they may. */
  readonly isStillIn?: (caller: Caller) => Promise<boolean>;
  /** Calls back whenever that may have changed. Returns the way to stop. */
  readonly onRevocation?: (listener: () => void) => () => void;
  /** Subscriptions that give everybody the same: executed once for all who ask for the same fields of them. */
  readonly sharedFields?: readonly string[];
  /** More are refused. */
  readonly maxConnections?: number;
  /** Takes errors whose cause the client is not told. */
  readonly report: ReportError;
}

/**
 * Serves GraphQL over websockets at `/graphql`, by the graphql-transport-ws protocol of graphql-ws. A browser may only connect
 * from the page's own origin, since websockets have no other protection against foreign pages. Returns its stop, which tells the
 * clients that the server is going away so that they reconnect.
 */
export function serveWebsocket(
  server: Server,
  {
    schema,
    identify,
    isStillIn,
    onRevocation,
    sharedFields = [],
    maxConnections = MAX_CONNECTIONS,
    report,
  }: WebsocketOptions,
): () => Promise<void> {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  const format = (error: GraphQLError) => formatError(error.toJSON(), error, report);
  const visitors = new Map<Extra, Visitor>();
  const graphql = useServer(
    {
      schema,
      subscribe: new SharedSubscriptions(sharedFields, refuseSubscriber).subscribe,
      context: ({ extra }): Context => ({ caller: visitors.get(extra)?.caller }),
      onConnect: async ({ connectionParams, extra, subscriptions }) => {
        const { headers } = extra.request;
        // Browsers can't set headers on a websocket; what they would say there comes with the first message.
        const caller = await identify(headers, connectionParams?.['authorization']);
        if (caller === undefined) {
          extra.socket.close(UNAUTHORIZED, 'Unauthorized');
          return;
        }
        visitors.set(extra, { caller, subscriptions, busyAt: performance.now() });
      },
      onClose: ({ extra }) => void visitors.delete(extra),
      onSubscribe: ({ subscriptions }, _id, payload) =>
        Object.keys(subscriptions).length > MAX_SUBSCRIPTIONS
          ? [new GraphQLError(TOO_MANY, { extensions: { code: 'TOO_BUSY' } })]
          : prepare(schema, payload),
      onNext: (_context, _id, _payload, _args, result) =>
        result.errors === undefined ? undefined : { ...result, errors: result.errors.map(format) },
      onError: (_context, _id, _payload, errors) =>
        errors.map((error) => format(new GraphQLError(error.message, error))),
    },
    sockets,
    20_000,
  );
  const lookAtAll = () => {
    const now = performance.now();
    for (const [{ socket }, visitor] of visitors) {
      if (Object.keys(visitor.subscriptions).length > 0) visitor.busyAt = now;
      if (now - visitor.busyAt > IDLE_MS) socket.close(NORMAL, 'Idle');
      const { caller } = visitor;
      isStillIn?.(caller).then(
        (isIn) => isIn || socket.close(UNAUTHORIZED, 'Unauthorized'),
        // While it can't be found out, they stay.
        () => undefined,
      );
    }
  };
  const looking = setInterval(lookAtAll, LOOK_EVERY_MS);
  const stopListening = onRevocation?.(lookAtAll);
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (isForOtherProtocol(request)) {
      answerPlainly(server, request, socket);
      return;
    }
    const refusal = sockets.clients.size >= maxConnections ? '503 Service Unavailable' : refuse(request);
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
  };
  server.on('upgrade', upgrade);
  return async () => {
    server.off('upgrade', upgrade);
    clearInterval(looking);
    stopListening?.();
    const timer = setTimeout(() => sockets.clients.forEach((client) => client.terminate()), GOODBYE_MS);
    await graphql.dispose();
    clearTimeout(timer);
  };
}

/** Errors of syntax and validation are answered to the one operation; thrown, they would end the connection of all. */
function prepare(schema: GraphQLSchema, payload: SubscribePayload) {
  let document;
  try {
    document = parse(payload.query, { maxTokens: MAX_TOKENS });
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
  const errors = validate(schema, document, [...specifiedRules, ...DOCUMENT_LIMITS]);
  if (errors.length > 0) return errors;
  return { schema, document, operationName: payload.operationName, variableValues: payload.variables };
}

/** Some clients offer HTTP/2 (h2c) with every request and expect to be refused by a plain answer (RFC 9110, 7.8). */
function isForOtherProtocol({ headers }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return headers.upgrade?.toLowerCase() !== 'websocket' && !hasBody;
}

/** Node reads no further request from a socket that was to be upgraded: the answer is the connection's last. */
function answerPlainly(server: Server, request: IncomingMessage, socket: Duplex): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  // An http.Server's sockets are sockets of the net.
  response.assignSocket(socket as Socket);
  socket.on('drain', () => response.emit('drain'));
  response.on('finish', () => socket.end());
  server.emit('request', request, response);
}

function refuse(request: IncomingMessage): string | undefined {
  const path = request.url?.split('?', 1)[0];
  if (path !== '/graphql') return '404 Not Found';
  return isFromOwnPage(request.headers) ? undefined : '403 Forbidden';
}
