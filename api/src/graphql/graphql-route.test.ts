import Fastify from 'fastify';
import { buildSchema, getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ShoalError } from '../errors.ts';
import { UploadPace } from '../images/upload-pace.ts';
import { callerWith } from '../../test/callers.ts';
import type { Context } from './context.ts';
import { serveGraphQL } from './graphql-route.ts';

const schema = buildSchema(`
  type Query { images(first: Int! = 50): [String!], broken: Int, isFriend: Boolean, busy: Int }
  type Subscription { imageChanged: String }
`);
Object.assign(schema.getQueryType()!.getFields()['broken']!, { resolve: () => 'no number' });
Object.assign(schema.getQueryType()!.getFields()['isFriend']!, {
  resolve: (_root: unknown, _args: unknown, { caller }: Context) => caller?.role === 'ADMIN',
});
Object.assign(schema.getQueryType()!.getFields()['busy']!, {
  resolve: () => {
    throw new ShoalError('TOO_BUSY', 'Too much is going on.', { retryAfterSeconds: 7 });
  },
});
const report = vi.fn(() => 'an id');
const fastify = Fastify();
let stop: () => Promise<void>;
beforeAll(async () => {
  stop = await serveGraphQL(fastify, {
    schema,
    identify: ({ authorization }) => (authorization === 'Bearer friend' ? callerWith('ADMIN') : undefined),
    maxUploadBytes: 1000,
    uploadPace: new UploadPace({ perMinute: 1000, clock: () => 0 }),
    report,
  });
});
afterAll(async () => {
  await fastify.close();
  await stop();
});

it('blames the client for a null in a variable for an argument that takes none', async () => {
  const payload = { query: 'query ($first: Int) { images(first: $first) }', variables: { first: null } };
  const { errors } = await ask(payload);
  expect(errors).toMatchObject([
    { message: expect.stringContaining('"first"'), extensions: { code: 'BAD_USER_INPUT' } },
  ]);
  expect(report).not.toHaveBeenCalled();
});

it('tells resolvers who asks', async () => {
  const query = '{ isFriend }';
  expect(await ask({ query })).toMatchObject({ data: { isFriend: false } });
  expect(await ask({ query }, { authorization: 'Bearer friend' })).toMatchObject({
    data: { isFriend: true },
  });
});

it('tells nothing of a result that fits no type, and reports it', async () => {
  const { errors } = await ask({ query: '{ broken }' });
  expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL', requestId: 'an id' } }]);
  expect(JSON.stringify(errors)).not.toContain('no number');
  expect(report).toHaveBeenCalledOnce();
});

it('says when to come back where nothing could be done for now', async () => {
  const errors = [{ extensions: { code: 'TOO_BUSY', retryAfterSeconds: 7 } }];
  expect(await ask({ query: '{ busy }' })).toMatchObject({ status: 429, retryAfter: '7', errors });
  expect(await ask({ query: '{ busy isFriend }' })).toMatchObject({ status: 200, errors });
  expect(await ask({ query: '{ busy broken }' })).toMatchObject({ status: 200 });
});

it('refuses a subscription, and says where it is served', async () => {
  const { status, errors } = await ask({ query: 'subscription { imageChanged }' });
  expect(status).toBe(400);
  expect(errors).toMatchObject([
    { message: expect.stringContaining('websockets'), extensions: { code: 'BAD_REQUEST' } },
  ]);
});

it('refuses a document that asks for a list a thousand times, and takes introspection', async () => {
  const fields = Array.from({ length: 1000 }, (_, i) => `a${i}: images(first: 200)`);
  expect(await ask({ query: `{ ${fields.join(' ')} }` })).toMatchObject({
    status: 400,
    errors: [{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }],
  });
  const friend = { authorization: 'Bearer friend' };
  expect(await ask({ query: getIntrospectionQuery() }, friend)).toMatchObject({ status: 200 });
});

async function ask(
  payload: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; retryAfter: unknown; errors?: unknown[] }> {
  const response = await fastify.inject({ method: 'POST', url: '/graphql', payload, headers });
  const retryAfter = response.headers['retry-after'];
  return { status: response.statusCode, retryAfter, ...response.json<{ errors?: unknown[] }>() };
}
