import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../access/caller.ts';
import { isFromOwnPage, readCredential, sessionCookie } from '../access/credential.ts';
import type { Gate } from '../access/gate.ts';
import { SESSION_LIFETIME_MS } from '../access/sessions.ts';
import { ShoalError } from '../errors.ts';

export interface SessionRouteOptions {
  readonly gate: Gate;
  /** Undefined for a code that is not good, or no longer. */
  readonly redeemCode: (code: string) => Caller | undefined;
}

const MAX_BODY_BYTES = 4 * 1024;
const MAX_SECRET_CHARACTERS = 500;
/** Of one address. */
const ATTEMPTS = {
  max: 60,
  timeWindow: 60_000,
  errorResponseBuilder: (_request: FastifyRequest, { ttl }: { readonly ttl: number }) =>
    new ShoalError('TOO_BUSY', 'Too many attempts to sign in came from this address. Wait a minute.', {
      retryAfterSeconds: Math.ceil(ttl / 1000),
    }),
};

/**
 * `POST /session` with `{ "token": TOKEN }`, or `{ "code": CODE }` from a one-time link, opens a session and sets its cookie; `DELETE
 * /session` ends it. Cookies of sessions that are asked for GraphQL are renewed in time.
 */
export function serveSessions(fastify: FastifyInstance, { gate, redeemCode }: SessionRouteOptions): void {
  fastify.addHook('onRequest', async (request, reply) => {
    if (request.method === 'POST' && request.url === '/graphql') await renew(gate, request, reply);
  });
  fastify.post(
    '/session',
    { bodyLimit: MAX_BODY_BYTES, config: { rateLimit: ATTEMPTS } },
    async (request, reply) => {
      refuseForeign(request);
      const caller = await findCaller(gate, redeemCode, request.body);
      await endSession(gate, request);
      setCookie(request, reply, await gate.signIn(caller));
      const { name, role } = caller;
      return await reply.header('cache-control', 'no-store').send({ name, role });
    },
  );
  fastify.delete('/session', async (request, reply) => {
    refuseForeign(request);
    await endSession(gate, request);
    setCookie(request, reply, undefined);
    return await reply.code(204).header('cache-control', 'no-store').send();
  });
}

/** A body of JSON can't be sent by another's page without asking first; this is said to be on the safe side. */
function refuseForeign({ headers }: FastifyRequest): void {
  if (!isFromOwnPage(headers))
    throw new ShoalError('FORBIDDEN', 'Another origin may not sign anybody in or out.');
}

async function findCaller(
  gate: Gate,
  redeemCode: SessionRouteOptions['redeemCode'],
  body: unknown,
): Promise<Caller> {
  const code = fieldOf(body, 'code');
  if (code !== undefined) {
    const caller = redeemCode(code);
    if (caller !== undefined) return caller;
    throw new ShoalError(
      'UNAUTHENTICATED',
      'This link was used before, or is older than 15 minutes. Sign in with a token, or start Shoal again for a new link.',
    );
  }
  const token = fieldOf(body, 'token');
  if (token === undefined) throw new ShoalError('BAD_USER_INPUT', 'Send { "token": TOKEN } as JSON.');
  const caller = await gate.identify({ kind: 'token', text: token });
  if (caller !== undefined) return caller;
  throw new ShoalError(
    'UNAUTHENTICATED',
    'There is no such token. It may have been revoked, or have expired.',
  );
}

function fieldOf(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const value = (body as Record<string, unknown>)[name];
  return typeof value === 'string' && value.length <= MAX_SECRET_CHARACTERS ? value.trim() : undefined;
}

async function endSession(gate: Gate, { headers }: FastifyRequest): Promise<void> {
  const caller = await gate.identify(readCredential({ ...headers, authorization: undefined }));
  if (caller?.session !== undefined) await gate.signOut(caller.session.id);
}

/** What it fails of is told by the request itself. */
async function renew(gate: Gate, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const credential = readCredential(request.headers);
  if (credential?.kind !== 'session') return;
  try {
    const caller = await gate.identify(credential);
    const cookie = caller && (await gate.rotate(credential, caller));
    if (cookie !== undefined) setCookie(request, reply, cookie);
  } catch {
    return;
  }
}

function setCookie(request: FastifyRequest, reply: FastifyReply, value: string | undefined): void {
  const isSecure = request.protocol === 'https';
  reply.header('set-cookie', sessionCookie(value, { isSecure, maxAgeMs: SESSION_LIFETIME_MS }));
}
