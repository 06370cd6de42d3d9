import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { query, upload } from './client.ts';
import { makePicture } from './pictures.ts';
import { startSystem, type System } from './system.ts';

const PATIENCE = { timeout: 20_000 };

let system: System;
let admin: Record<string, string>;
beforeAll(async () => {
  // Nothing is set: as at a first start.
  const environment = { ADMIN_TOKEN: '', PUBLIC_READ: '', TRUSTED_PROXIES: '127.0.0.1' };
  system = await startSystem({ environment });
  admin = bearer(readFileSync(join(system.dataDir, 'admin.token'), 'utf8').trim());
});
afterAll(() => system.stop());

describe('the first start', () => {
  it('keeps its secrets from everybody else', () => {
    for (const file of ['admin.token', 'autoscaler.token', 'signing.keys']) {
      expect(statSync(join(system.dataDir, file)).mode & 0o777).toBe(0o600);
    }
  });

  it('prints a link that signs in once', async () => {
    await expect
      .poll(() => system.output(), PATIENCE)
      .toMatch(/\nSign in, once and within 15 minutes: \S+\n$/);
    const link = system.output().trim().split('\n').at(-1)!.split(' ').at(-1)!;
    expect(link.startsWith(`${system.url}/sign-in#`)).toBe(true);
    const first = await signIn({ code: new URL(link).hash.slice(1) });
    expect(first.status).toBe(200);
    expect(await first.json()).toEqual({ name: 'admin', role: 'ADMIN' });
    expect((await signIn({ code: new URL(link).hash.slice(1) })).status).toBe(401);
    const { data } = await query(system.url, '{ viewer { name role } }', {}, { cookie: cookieOf(first) });
    expect(data).toEqual({ viewer: { name: 'admin', role: 'ADMIN' } });
  });
});

describe('a stranger', () => {
  it('is told to sign in, over GraphQL and HTTP', async () => {
    const answer = await query(system.url, '{ pool { epoch } }', {}, {});
    expect(answer).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    for (const path of ['/images/any', '/images/any?w=640', '/metrics', '/playground']) {
      const response = await fetch(system.url + path);
      expect([path, response.status]).toEqual([path, 401]);
      expect(response.headers.get('www-authenticate')).toBe('Bearer realm="Shoal"');
      expect(await response.json()).toMatchObject({
        status: 401,
        detail: expect.stringMatching(/signed in/),
      });
    }
    expect((await query(system.url, '{ viewer { role } }', {}, {})).data).toEqual({ viewer: null });
    expect((await signIn({ token: 'wrong' })).status).toBe(401);
    expect((await signIn({ token: 7 })).status).toBe(400);
  });

  it('who opens the playground in a browser is shown where to sign in', async () => {
    const response = await fetch(`${system.url}/playground`, {
      headers: { accept: 'text/html' },
      redirect: 'manual',
    });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/sign-in?next=/playground']);
  });

  it('is shown the door by a websocket', async () => {
    const socket = open({});
    expect(await closeOf(socket)).toBe(4401);
  });
});

describe('a session', () => {
  it('is a cookie that no script and no other site sees, and only TLS where there is TLS', async () => {
    const plain = (await signIn({ token: tokenOf(admin) })).headers.get('set-cookie');
    expect(plain).toMatch(/^shoal-session=\S+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/);
    const secure = (await signIn({ token: tokenOf(admin) }, { 'x-forwarded-proto': 'https' })).headers;
    expect(secure.get('set-cookie')).toMatch(/^__Host-shoal-session=\S+; .*; Secure$/);
  });

  it('counts for nothing on pages of another origin, which can not sign in either', async () => {
    const cookie = cookieOf(await signIn({ token: tokenOf(admin) }));
    const origin = 'http://127.0.0.1:1';
    const answer = await query(system.url, '{ pool { epoch } }', {}, { cookie, origin });
    expect(answer.status).toBe(401);
    expect((await signIn({ token: tokenOf(admin) }, { origin })).status).toBe(403);
    const own = await query(system.url, '{ pool { epoch } }', {}, { cookie, origin: system.url });
    expect(own.status).toBe(200);
  });

  it('ends everywhere when its user signs out, open websockets too', async () => {
    const cookie = cookieOf(await signIn({ token: tokenOf(admin) }));
    const socket = open({ cookie });
    await acknowledged(socket);
    expect((await fetch(`${system.url}/session`, { method: 'DELETE', headers: { cookie } })).status).toBe(
      204,
    );
    expect(await closeOf(socket)).toBe(4401);
    expect((await query(system.url, '{ pool { epoch } }', {}, { cookie })).status).toBe(401);
  });
});

describe('a token', () => {
  it('does what its role may, and nothing more', async () => {
    const viewer = await create('VIEWER');
    const picture = await makePicture({ name: 'small.jpg', width: 40, height: 30 });
    const editor = { 'apollo-require-preflight': 'true', ...(await create('EDITOR')) };
    const { data } = await upload(system.url, 'mine', picture.bytes, { headers: editor });
    const response = await fetch(system.url + data!.uploadImage.url, { headers: viewer });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect((await fetch(`${system.url}/metrics`, { headers: viewer })).status).toBe(200);
    const resize = await query(system.url, 'mutation { resizePool(size: 2) { epoch } }', {}, viewer);
    expect(resize).toMatchObject({ status: 403, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });

  it('signs URLs of images, which need no token', async () => {
    const text = '{ signedUrl(key: "mine", width: 64, expiresIn: 60) }';
    const { data } = await query<{ signedUrl: string }>(system.url, text, {}, await create('VIEWER'));
    const signed = await fetch(system.url + data!.signedUrl);
    expect(signed.status).toBe(200);
    expect(signed.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    const other = await fetch(system.url + data!.signedUrl.replace('w=64', 'w=160'));
    expect(other.status).toBe(403);
  });

  it('of a VIEWER uploads not a byte', async () => {
    const headers = { 'apollo-require-preflight': 'true', ...(await create('VIEWER')) };
    const answer = await upload(system.url, 'theirs', Buffer.alloc(5_000_000), { headers });
    expect(answer).toMatchObject({ status: 403, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    expect(readdirSync(join(system.dataDir, 'staging'))).toEqual([]);
  });

  it('ends at once when it is revoked, open websockets and sessions too', async () => {
    const headers = await create('VIEWER');
    const cookie = cookieOf(await signIn({ token: tokenOf(headers) }));
    const sockets = [open({}, { authorization: headers['authorization'] }), open({ cookie })];
    await Promise.all(sockets.map(acknowledged));
    const { data } = await query<{ tokens: { id: string }[] }>(system.url, '{ tokens { id } }', {}, admin);
    const revoke = 'mutation ($id: ID!) { revokeToken(id: $id) { id } }';
    await query(system.url, revoke, { id: data!.tokens[0]!.id }, admin);
    expect((await query(system.url, '{ pool { epoch } }', {}, headers)).status).toBe(401);
    expect((await query(system.url, '{ pool { epoch } }', {}, { cookie })).status).toBe(401);
    expect(await Promise.all(sockets.map(closeOf))).toEqual([4401, 4401]);
  });

  it('is made, listed and revoked on the machine itself, while Shoal runs', async () => {
    const made = await command(['create', '--role', 'OPERATOR', '--name', 'by hand', '--days', '1']);
    const headers = bearer(/^shoal_\S+$/m.exec(made)![0]);
    const viewer = '{ viewer { name role } }';
    expect((await query(system.url, viewer, {}, headers)).data).toEqual({
      viewer: { name: 'by hand', role: 'OPERATOR' },
    });
    const listed = await command(['list']);
    const [, id] = /^(\S+) +OPERATOR +by hand, made .*, expires .*, used /m.exec(listed) ?? [];
    expect(listed).not.toContain('shoal_');
    expect(await command(['revoke', id!])).toMatch(/^Revoked: /);
    await expect
      .poll(async () => (await query(system.url, viewer, {}, headers)).data, PATIENCE)
      .toEqual({
        viewer: null,
      });
    await expect(command(['create', '--role', 'KING', '--name', 'x'])).rejects.toThrow(
      /--role must be one of/,
    );
  });
});

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

function tokenOf(headers: Record<string, string>): string {
  return headers['authorization']!.split(' ')[1]!;
}

async function create(role: string): Promise<Record<string, string>> {
  const text = `mutation { createToken(input: { name: "a ${role}", role: ${role} }) { secret } }`;
  const { data } = await query<{ createToken: { secret: string } }>(system.url, text, {}, admin);
  return bearer(data!.createToken.secret);
}

async function signIn(body: object, headers: Record<string, string> = {}): Promise<Response> {
  return await fetch(`${system.url}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

function cookieOf(response: Response): string {
  return response.headers.get('set-cookie')!.split(';', 1)[0]!;
}

function open(headers: Record<string, string>, payload: object = {}): WebSocket {
  const url = `${system.url.replace('http', 'ws')}/graphql`;
  const socket = new WebSocket(url, 'graphql-transport-ws', { headers });
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
  return socket;
}

async function acknowledged(socket: WebSocket): Promise<void> {
  const [message] = (await once(socket, 'message')) as [Buffer];
  expect(JSON.parse(message.toString())).toEqual({ type: 'connection_ack' });
}

async function closeOf(socket: WebSocket): Promise<number> {
  if (socket.readyState !== WebSocket.CLOSED) await once(socket, 'close');
  return (socket as unknown as { _closeCode: number })._closeCode;
}

async function command(args: readonly string[]): Promise<string> {
  const main = join(import.meta.dirname, '../api/dist/token-main.js');
  const env = { PATH: process.env['PATH'], DATA_DIR: system.dataDir };
  return (await promisify(execFile)(process.execPath, [main, ...args], { env })).stdout;
}
