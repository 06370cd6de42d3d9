import { expect, it } from 'vitest';
import { ADMIN_TOKEN, query, upload, uploadedDirectly } from './client.ts';
import { makePicture } from './pictures.ts';
import { startSystem } from './system.ts';

const PATIENCE = { timeout: 20_000 };
const SECRET_IN_LINE = 'shoal_a-token-that-somebody-has-put-into-the-query';

it('logs one line a request with the id that its answer carries, and no secret', async () => {
  const system = await startSystem({ environment: { LOG_LEVEL: 'debug', PUBLIC_READ: '' } });
  const { url } = system;
  try {
    const made = await query<{ createToken: { secret: string } }>(
      url,
      'mutation { createToken(input: { name: "ci", role: EDITOR }) { secret } }',
    );
    const token = made.data!.createToken.secret;
    const bearer = { authorization: `Bearer ${token}` };
    const signedIn = await signIn(url, { token });
    const cookie = signedIn.headers.get('set-cookie')!.split(';', 1)[0]!;
    const code = 'a-code-of-a-link-0123456789';
    expect((await signIn(url, { code })).status).toBe(401);
    expect((await signIn(url, { token: 'shoal_no-token-of-anybody' })).status).toBe(401);

    const picture = await makePicture({ name: 'small.png', width: 40, height: 30 });
    const headers = { 'apollo-require-preflight': 'true', cookie };
    expect((await upload(url, 'mine', picture.bytes, { headers })).status).toBe(200);
    await uploadedDirectly(url, 'direct', picture.bytes);
    const asked = await query<{ signedUrl: string }>(
      url,
      '{ signedUrl(key: "mine", width: 64, expiresIn: 60) }',
      {},
      bearer,
    );
    const signed = asked.data!.signedUrl;
    const answers = await Promise.all([
      fetch(url + signed),
      fetch(`${url}/images/mine`, { headers: bearer }),
      fetch(`${url}/images/mine`, { headers: { cookie, range: 'bytes=0-3' } }),
      fetch(`${url}/images/none?token=${SECRET_IN_LINE}`, { headers: bearer }),
      fetch(`${url}/images/mine?w=7&signature=${SECRET_IN_LINE}`),
      fetch(`${url}/uploads/none?signature=${SECRET_IN_LINE}`, { method: 'PUT', body: 'x' }),
      fetch(`${url}/nowhere?token=${SECRET_IN_LINE}`),
      fetch(`${url}/graphql?token=${SECRET_IN_LINE}`, { method: 'POST', body: '{' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 206, 404, 400, 400, 404, 400]);
    for (const { headers, status } of answers.slice(3)) {
      expect([status, headers.get('x-request-id')]).toEqual([status, expect.stringMatching(/^[\w-]{36}$/)]);
    }
    const absent = (await answers[3]!.json()) as { requestId: string };
    expect(absent.requestId).toBe(answers[3]!.headers.get('x-request-id'));
    await Promise.all(answers.filter(({ bodyUsed }) => !bodyUsed).map((answer) => answer.text()));

    await expect.poll(() => linesOf(system.output()).map(({ path }) => path), PATIENCE).toContain('/nowhere');
    await expect
      .poll(() => linesOf(system.output()), PATIENCE)
      .toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            requestId: absent.requestId,
            method: 'GET',
            path: '/images/none',
            status: 404,
            ms: expect.any(Number),
            token: 'ci',
            role: 'EDITOR',
          }),
          expect.objectContaining({ path: '/images/mine', status: 206, token: 'ci' }),
          expect.objectContaining({ path: '/images/mine', status: 200, token: 'ci' }),
          expect.objectContaining({ method: 'POST', path: '/graphql', status: 200, token: 'admin' }),
          expect.objectContaining({ method: 'PUT', status: 204 }),
        ]),
      );
    const ids = linesOf(system.output()).map(({ requestId }) => requestId);
    expect(new Set(ids).size).toBe(ids.length);
    const signature = new URL(signed, url).searchParams.get('signature')!;
    const [, cookieSecret = ''] = /=[\w-]+\.([\w-]+)\./.exec(cookie) ?? [];
    for (const secret of [token, ADMIN_TOKEN, cookieSecret, code, signature, SECRET_IN_LINE, 'no-token-of']) {
      expect(secret.length).toBeGreaterThan(10);
      expect(system.output()).not.toContain(secret);
    }
  } finally {
    await system.stop();
  }
});

interface Line {
  readonly requestId: string;
  readonly path: string;
}

function linesOf(output: string): Line[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{') && line.includes('"ms":'))
    .map((line) => JSON.parse(line) as Line);
}

async function signIn(url: string, body: object): Promise<Response> {
  return await fetch(`${url}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
