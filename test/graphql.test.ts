import { once } from 'node:events';
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { AS_ADMIN, query, upload } from './client.ts';
import { startSystem, type System } from './system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

describe('GraphQL over HTTP', () => {
  it.each([
    ['a simple request', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'multipart/form-data; boundary=x' }],
  ])('refuses %s, which a foreign page could send without being asked', async (_name, headers) => {
    const response = await post('{"query":"mutation { clearCache { epoch } }"}', headers);
    expect(response.status).toBe(400);
    expect(JSON.stringify(await response.json())).toMatch(/apollo-require-preflight/);
  });

  it.each([
    ['no form at all', 'nonsense'],
    ['a form that ends early', '--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{"query":'],
    ['operations that are no JSON', form({ operations: '{', map: '{}' })],
    ['a map that is no JSON', form({ operations: '{"query":"{ pool { epoch } }"}', map: '[' })],
    ['a map before the operations', form({ map: '{}', operations: '{}' })],
    [
      'a map of paths that are no lists',
      form({ operations: '{"query":"{ pool { epoch } }"}', map: '{"0":"file"}' }),
    ],
  ])('answers %s with 400 and a GraphQL error', async (_name, body) => {
    const headers = { 'content-type': 'multipart/form-data; boundary=x', 'apollo-require-preflight': '1' };
    const response = await post(body, headers);
    const answer = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] };
    expect({ status: response.status, ...answer }).toMatchObject({
      status: 400,
      errors: [{ message: expect.stringContaining('multipart'), extensions: { code: 'BAD_REQUEST' } }],
    });
  });

  it('says what is wrong with a query, without a stack', async () => {
    for (const text of ['{ pool { epoch }', '{ swarm }', 'mutation { uploadImage(input: {}) { key } }']) {
      const answer = await query(system.url, text);
      expect(answer.status).toBe(400);
      expect(answer.errors).not.toHaveLength(0);
      expect(JSON.stringify(answer)).not.toMatch(/stacktrace|node_modules|\.ts:|\.js:/);
    }
  });

  it('refuses a file that is no file', async () => {
    const text = 'mutation ($input: UploadImageInput!) { uploadImage(input: $input) { key } }';
    const answer = await query(system.url, text, { input: { key: 'a', file: 'text' } });
    expect(answer.errors?.[0]?.message).toMatch(/Upload/);
  });

  it('refuses batches', async () => {
    const response = await post('[{"query":"{ pool { epoch } }"}]', { 'content-type': 'application/json' });
    expect(response.status).toBe(400);
  });

  it('passes every audit of graphql-http', async () => {
    const audits = serverAudits({
      url: `${system.url}/graphql`,
      fetchFn: (url: string, init: RequestInit = {}) =>
        fetch(url, {
          ...init,
          headers: { ...init.headers, ...AS_ADMIN, 'apollo-require-preflight': 'true' },
        }),
    });
    const results = await Promise.all(audits.map((audit) => audit.fn()));
    expect(results.length).toBeGreaterThan(60);
    expect(results.filter(({ status }) => status !== 'ok').map(({ name }) => name)).toEqual([]);
  });

  it('tells strangers nothing of the schema', async () => {
    const introspection = await query(system.url, '{ __schema { types { name } } }', {}, {});
    expect(introspection).toMatchObject({
      status: 401,
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    const [toStranger, toAdmin] = [
      await query(system.url, '{ pooll { epoch } }', {}, {}),
      await query(system.url, '{ pooll { epoch } }'),
    ];
    expect(toStranger.errors?.[0]?.message).toBe('Cannot query field "pooll" on type "Query".');
    expect(toAdmin.errors?.[0]?.message).toContain('Did you mean "pool"?');
  });

  it('refuses what would be too much, with 400', async () => {
    const aliases = Array.from({ length: 1000 }, (_, i) => `a${i}: __typename`).join(' ');
    for (const text of [`{ ${aliases} }`, `{ ${aliases.split(' ').slice(0, 50).join(' ')} }`]) {
      for (const headers of [AS_ADMIN, { ...AS_ADMIN, accept: 'application/json' }]) {
        const answer = await query(system.url, text, {}, headers);
        expect(answer.status).toBe(400);
        expect(JSON.stringify(answer)).not.toMatch(/stacktrace/);
      }
    }
    const persisted = { extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } };
    const response = await post(JSON.stringify(persisted), { 'content-type': 'application/json' });
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } }],
    });
  });

  it('goes on serving after all that', async () => {
    expect((await query(system.url, '{ pool { desiredSize } }')).data).toEqual({ pool: { desiredSize: 2 } });
    expect((await upload(system.url, 'none', Buffer.from('text'))).status).toBe(200);
  });
});

describe('GraphQL over a websocket', () => {
  it('answers a faulty subscription alone', async () => {
    const socket = await connect();
    const messages = receive(socket);
    const healthy = 'subscription { imageChanged { kind } }';
    send(socket, { id: 'healthy', type: 'subscribe', payload: { query: healthy } });
    for (const faulty of ['subscription { imageChanged {', 'subscription { swarmChanged }', '']) {
      send(socket, { id: 'faulty', type: 'subscribe', payload: { query: faulty } });
      await expect.poll(() => messages.splice(0)).toMatchObject([{ id: 'faulty', type: 'error' }]);
    }
    await query(system.url, 'mutation { deleteAllImages { deletedCount } }');
    await expect
      .poll(() => messages)
      .toMatchObject([
        { id: 'healthy', type: 'next', payload: { data: { imageChanged: { kind: 'ALL_DELETED' } } } },
      ]);
    socket.close();
  });

  it('is refused to pages of another origin, and at other paths', async () => {
    await expect(connect({ origin: 'https://elsewhere.example' })).rejects.toThrow('403');
    await expect(connect({ path: '/other' })).rejects.toThrow('404');
    (await connect({ origin: system.url })).close();
  });

  it('takes 50 subscriptions, and refuses one more alone', async () => {
    const socket = await connect();
    const messages = receive(socket);
    for (let i = 0; i <= 50; i++) {
      const payload = { query: 'subscription { imageChanged { kind } }' };
      send(socket, { id: String(i), type: 'subscribe', payload });
    }
    await expect
      .poll(() => messages, { timeout: 15_000 })
      .toMatchObject([{ id: '50', type: 'error', payload: [{ extensions: { code: 'TOO_BUSY' } }] }]);
    expect(socket.readyState).toBe(WebSocket.OPEN);
    socket.close();
  });

  it('ends when a message is too large', async () => {
    const socket = await connect();
    send(socket, { id: 'large', type: 'subscribe', payload: { query: `{ ${'a'.repeat(100_000)} }` } });
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1009);
  });
});

describe('the playground', () => {
  it('is one page without scripts or styles from elsewhere', async () => {
    const response = await fetch(`${system.url}/playground`, { headers: AS_ADMIN });
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const page = await response.text();
    expect(page).toContain('GraphiQL');
    const policy = response.headers.get('content-security-policy');
    expect(policy).toMatch(/(^|;)script-src 'self' 'sha256-[^;]*;/);
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(page).not.toMatch(/<(script|link|img)[^>]+(src|href)=["']?(https?:)?\/\//);
  });
});

describe('a path that leads nowhere', () => {
  it.each([
    ['/nowhere', 404],
    ['//nowhere', 403],
    ['/%', 400],
  ])('is answered with a problem document: %s', async (path, status) => {
    const response = await fetch(system.url + path);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({ status, detail: 'There is nothing at this path.' });
  });
});

describe('health', () => {
  it('is told by /healthz and /readyz', async () => {
    expect((await fetch(`${system.url}/healthz`)).status).toBe(200);
    const response = await fetch(`${system.url}/readyz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ready' });
    const toAdmin = await fetch(`${system.url}/readyz`, { headers: AS_ADMIN });
    expect(await toAdmin.json()).toEqual({ status: 'ready', checks: { database: 'ok', objects: 'ok' } });
  });
});

interface Message {
  readonly id?: string;
  readonly type: string;
  readonly payload?: unknown;
}

async function connect({ origin, path = '/graphql' }: { origin?: string; path?: string } = {}) {
  const socket = new WebSocket(system.url.replace('http', 'ws') + path, 'graphql-transport-ws', {
    headers: AS_ADMIN,
    ...(origin !== undefined && { origin }),
  });
  await once(socket, 'open');
  send(socket, { type: 'connection_init' });
  await once(socket, 'message');
  return socket;
}

function send(socket: WebSocket, message: Message): void {
  socket.send(JSON.stringify(message));
}

function receive(socket: WebSocket): Message[] {
  const messages: Message[] = [];
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Message));
  return messages;
}

async function post(body: string, headers: Record<string, string>): Promise<Response> {
  return await fetch(`${system.url}/graphql`, { method: 'POST', headers: { ...AS_ADMIN, ...headers }, body });
}

function form(fields: Record<string, string>): string {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return `${parts.join('')}--x--\r\n`;
}
