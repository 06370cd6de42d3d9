import { once } from 'node:events';
import { connect } from 'node:net';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callerWith } from '../../test/callers.ts';
import type { Gate } from '../access/gate.ts';
import { createSchema } from '../graphql/schema.ts';
import { DirectUploadResolver } from '../images/direct-upload.resolver.ts';
import { UploadPace } from '../images/upload-pace.ts';
import { Stops } from '../stops.ts';
import { httpLimitsFor, type HttpLimits } from './http-limits.ts';
import { startHttpServer } from './http-server.ts';

const BROKEN = 'SELECT hash FROM tokens failed at /srv/shoal/shoal.db';
const GUARDS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': expect.stringMatching(/default-src '(none|self)'/),
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-request-id': expect.any(String),
};
const CREATE = `mutation {
  createUpload(input: { key: "a", bytes: 1, contentType: "image/png", sha256: "${'0'.repeat(64)}" }) { id }
}`;

describe('what breaks inside', () => {
  it('is told to the log alone, under an id that the client is told', async () => {
    const { url, lines } = await start();
    const overHttp = await fetch(`${url}/metrics`);
    const problem = (await overHttp.json()) as { requestId: string };
    expect(problem).toMatchObject({ status: 500, requestId: overHttp.headers.get('x-request-id') });
    const overGraphQL = await ask(url, CREATE);
    const answer = (await overGraphQL.json()) as { errors: [{ extensions: { requestId: string } }] };
    expect(answer.errors[0].extensions).toMatchObject({
      code: 'INTERNAL',
      requestId: overGraphQL.headers.get('x-request-id'),
    });
    for (const told of [problem, answer]) expect(JSON.stringify(told)).not.toMatch(/SELECT|\/srv|\.ts|stack/);
    const logged = lines().map(({ requestId, err }) => [requestId, err?.message]);
    expect(logged).toEqual([
      [problem.requestId, BROKEN],
      [answer.errors[0].extensions.requestId, BROKEN],
    ]);
  });
});

it('keeps browsers from making more of its answers than they are', async () => {
  const { url } = await start();
  for (const path of ['/healthz', '/metrics', '/nowhere', `/${'x'.repeat(9000)}`]) {
    const { headers } = await fetch(url + path);
    expect({ path, ...Object.fromEntries(headers) }).toMatchObject({ path, ...GUARDS });
  }
});

describe('more than may be in a minute', () => {
  it('of uploads is refused however they are sent', async () => {
    const senders: ((url: string) => Promise<Response>)[] = [
      (url) => ask(url, CREATE),
      (url) => fetch(`${url}/uploads/a?bytes=1`, { method: 'PUT', body: 'x' }),
      (url) =>
        fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'apollo-require-preflight': 'true' },
          body: new FormData(),
        }),
    ];
    for (const send of senders) {
      const { url } = await start();
      for (let i = 0; i < 3; i++) expect((await send(url)).status).not.toBe(429);
      const refused = await send(url);
      expect(refused.status).toBe(429);
      expect(refused.headers.get('retry-after')).toBe('60');
      expect(await refused.text()).toMatch(/"(detail|message)":"More than 3 uploads/);
    }
  });

  it('of attempts to sign in is refused', async () => {
    const { url } = await start();
    const attempts = Array.from({ length: 70 }, () =>
      fetch(`${url}/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"code":"wrong"}',
      }),
    );
    const answers = await Promise.all(attempts);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(10);
    expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
    await Promise.all(answers.map((answer) => answer.text()));
  });
});

describe('a request', () => {
  const LINE = 'GET /healthz HTTP/1.1\r\n';
  const POST =
    'POST /session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{';

  it.each([
    [
      'with a URL that is too long',
      `GET /${'x'.repeat(9000)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      414,
    ],
    [
      'for an image with such a URL',
      `GET /images/${'x'.repeat(9000)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      414,
    ],
    ['with headers that are too long', `${LINE}Host: a\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`, 431],
    ['that is none', 'Let me in!\r\n\r\n', 400],
  ])('%s is refused', async (_name, text, status) => {
    const { url } = await start();
    const answer = await send(url, text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(/content-type: application\/problem\+json/i);
    expect(answer).toMatch(/x-request-id: \S+/i);
  });

  it.each([
    ['whose head comes letter by letter', `${LINE}Host: a\r\nX-Slow: `, { headMs: 300 }],
    ['whose body does not come', POST, { headMs: 300, requestMs: 600 }],
  ])('%s is cut off', async (_name, text, limits) => {
    const { url } = await start({ ...httpLimitsFor(1000), lookEveryMs: 50, ...limits });
    expect(await send(url, text, 'x')).toMatch(/^HTTP\/1.1 408 /);
  });
});

it('gives the largest upload the time that a slow line takes, and heads no more than seconds', () => {
  expect(httpLimitsFor(32 * 2 ** 20).requestMs).toBeGreaterThan(5 * 60_000);
  const { headMs, lookEveryMs } = httpLimitsFor(1);
  expect(headMs + lookEveryMs).toBeLessThan(15_000);
});

/** A server that takes three uploads a minute, and in which all else breaks. */
async function start(limits?: HttpLimits) {
  const written: string[] = [];
  const caller = callerWith('ADMIN');
  const breaks = () => {
    throw new Error(BROKEN);
  };
  const uploadPace = new UploadPace({ perMinute: 3, clock: () => 0 });
  const uploads = { create: async () => breaks(), complete: async () => breaks() };
  const stops = new Stops();
  onTestFinished(() => stops.run());
  const gate = { identify: () => caller, isStillIn: async () => true, onRevocation: () => () => true };
  const url = await startHttpServer(
    {
      host: '127.0.0.1',
      port: 0,
      log: pino({ level: 'warn' }, { write: (line) => void written.push(line) }),
      imageRoute: () => false,
      schema: await createSchema([new DirectUploadResolver(uploads, uploadPace)]),
      gate: gate as unknown as Gate,
      identify: () => caller,
      redeemCode: () => undefined,
      isSchemaPublic: false,
      trustedProxies: [],
      maxUploadBytes: 1000,
      uploadPace,
      ...(limits && { limits }),
      healthChecks: [],
      inbox: { receive: async () => undefined },
      renderMetrics: breaks,
      sharedFields: [],
      webFolder: '/nowhere',
    },
    stops,
  );
  const lines = () =>
    written.map((line) => JSON.parse(line) as { requestId?: string; err?: { message: string } });
  return { url, lines };
}

async function ask(url: string, query: string): Promise<Response> {
  return await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
}

/** Sends the text and then, as long as the connection is open, the drop again and again. Resolves with all that was answered. */
async function send(url: string, text: string, drop?: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  socket.write(text);
  const dripping = setInterval(() => drop !== undefined && socket.writable && socket.write(drop), 50);
  await once(socket, 'close');
  clearInterval(dripping);
  return answer;
}
