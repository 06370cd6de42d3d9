import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

const ids = new WeakMap<IncomingMessage, string>();
const current = new AsyncLocalStorage<string>();

/**
 * The id of a request, which the log and what its client is told of errors have in common. It is always ours: one that a client sends
 * could be anything. Made when it is first asked for, so that reads of images which nobody logs do without.
 */
export function requestIdOf(request: IncomingMessage): string {
  const known = ids.get(request);
  if (known !== undefined) return known;
  const id = newRequestId();
  ids.set(request, id);
  return id;
}

/** For what went wrong outside of any request. */
export function newRequestId(): string {
  return randomUUID();
}

/** The id of the request that is being handled. Undefined outside of the handlers of `sendRequestIds`. */
export function currentRequestId(): string | undefined {
  return current.getStore();
}

/** Sends the id with every answer of the framework, and lets handlers and what they call know it. */
export function sendRequestIds(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  // Not earlier: the events of a body that arrives don't belong to what began before it.
  fastify.addHook('preHandler', (request, _reply, done) => current.run(request.id, done));
}
