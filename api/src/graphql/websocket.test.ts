import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { createPubSub } from '@graphql-yoga/subscription';
import { buildSchema } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { callerWith } from '../../test/callers.ts';
import type { Context } from './context.ts';
import { latestOnly } from './latest-only.ts';
import { serveWebsocket } from './websocket.ts';

const schema = buildSchema('type Query { isFriend: Boolean } type Subscription { picture: String }');
Object.assign(schema.getQueryType()!.getFields()['isFriend']!, {
  resolve: (_root: unknown, _args: unknown, { caller }: Context) => caller?.role === 'ADMIN',
});

const topics = createPubSub<{ changed: [] }>();
let shownCount = 0;
Object.assign(schema.getSubscriptionType()!.getFields()['picture']!, {
  subscribe: () => latestOnly(topics.subscribe('changed')),
  resolve: () => {
    shownCount++;
    return 'x'.repeat(100_000);
  },
});
let server: Server;
let stop: () => Promise<void>;
beforeEach(async () => {
  server = createServer((request, response) => {
    response.end(`${request.method} ${request.url} ${'x'.repeat(1_000_000)}`);
  });
  stop = serveWebsocket(server, {
    schema,
    identify: (headers, authorization = headers.authorization) =>
      callerWith(authorization === 'Bearer friend' ? 'ADMIN' : 'VIEWER'),
    maxConnections: 2,
    report: () => 'an id',
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(() => {
  server.close();
});

it('stops although a client that was connected never answers', async () => {
  const socket = send(
    '/graphql',
    'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n',
  );
  await once(socket, 'data');
  const isClosed = once(socket.resume(), 'close');
  await stop();
  await isClosed;
});

it('answers a request that offers HTTP/2 as if it did not', async () => {
  const answer = await text(send('/images/a', 'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n'));
  await stop();
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(answer).toMatch(/\r\nConnection: close\r\n/);
  expect(answer.split('\r\n\r\n')[1]).toBe(`GET /images/a ${'x'.repeat(1_000_000)}`);
});

it('refuses more connections than it can hold', async () => {
  const headers =
    'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  const held = [send('/graphql', headers), send('/graphql', headers)];
  for (const socket of held) expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 101 /);
  expect(await text(send('/graphql', headers))).toMatch(/^HTTP\/1\.1 503 /);
  for (const socket of held) socket.destroy();
  await stop();
});

it('refuses websockets elsewhere', async () => {
  const answer = await text(send('/images/a', 'Upgrade: websocket\r\n'));
  await stop();
  expect(answer).toMatch(/^HTTP\/1\.1 404 /);
});

it.each([
  ['a header', { headers: { authorization: 'Bearer friend' } }, {}, true],
  ['the first message', {}, { authorization: 'Bearer friend' }, true],
  ['neither', {}, {}, false],
])('tells resolvers who asks, by %s', async (_name, options, connectionParams, isFriend) => {
  const client = createClient({
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    webSocketImpl: class extends WebSocket {
      constructor(url: string, protocol: string) {
        super(url, protocol, options);
      }
    },
    connectionParams,
  });
  const results = client.iterate({ query: '{ isFriend }' });
  expect((await results.next()).value).toEqual({ data: { isFriend } });
  await client.dispose();
  await stop();
});

it('keeps nothing for a subscriber who does not read', async () => {
  const { port } = server.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  socket.send('{"id":"1","type":"subscribe","payload":{"query":"subscription { picture }"}}');
  await once(socket, 'message');
  socket.pause();
  for (let change = 0; change < 3000; change++) {
    topics.publish('changed');
    await new Promise((resolve) => setImmediate(resolve));
  }
  // What fits into the buffers of two sockets.
  expect(shownCount).toBeLessThan(300);
  socket.terminate();
  await stop();
});

function send(path: string, headers: string): Socket {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n${headers}\r\n`);
  return socket;
}
