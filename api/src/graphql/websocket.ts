import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError, parse, validate, type GraphQLSchema } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { formatError } from './format-error.ts';
import { MAX_TOKENS } from './max-tokens.ts';

const MAX_MESSAGE_BYTES = 64 * 1024;

/**
 * Serves GraphQL over websockets at `/graphql`, by the graphql-transport-ws protocol of graphql-ws. A browser may only connect
 * from the page's own origin, since websockets have no other protection against foreign pages. Returns its stop, which tells the
 * clients that the server is going away so that they reconnect.
 */
export function serveWebsocket(
  server: Server,
  schema: GraphQLSchema,
  report: (error: unknown) => void,
): () => Promise<void> {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  const format = (error: GraphQLError) => formatError(error.toJSON(), error, report);
  const graphql = useServer(
    {
      schema,
      onSubscribe: (_context, _id, payload) => prepare(schema, payload),
      onNext: (_context, _id, _payload, _args, result) =>
        result.errors === undefined ? undefined : { ...result, errors: result.errors.map(format) },
      onError: (_context, _id, _payload, errors) =>
        errors.map((error) => format(new GraphQLError(error.message, error))),
    },
    sockets,
    20_000,
  );
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const refusal = refuse(request);
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
  };
  server.on('upgrade', upgrade);
  return async () => {
    server.off('upgrade', upgrade);
    await graphql.dispose();
    for (const client of sockets.clients) client.terminate();
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
  const errors = validate(schema, document);
  if (errors.length > 0) return errors;
  return { schema, document, operationName: payload.operationName, variableValues: payload.variables };
}

function refuse(request: IncomingMessage): string | undefined {
  const path = request.url?.split('?', 1)[0];
  if (path !== '/graphql') return '404 Not Found';
  const { origin, host } = request.headers;
  if (origin === undefined) return undefined;
  return URL.canParse(origin) && new URL(origin).host === host ? undefined : '403 Forbidden';
}
