import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { sendProblem } from './problem.ts';

/**
 * Serves the built single-page app of a folder. Its hashed assets may be kept for ever; every other path that a browser navigates
 * to is answered with the page, whose router takes over. What is neither is a problem document with status 404.
 */
export async function serveSpa(fastify: FastifyInstance, folder: string): Promise<void> {
  const hasPage = existsSync(join(folder, 'index.html'));
  if (hasPage) {
    await fastify.register(fastifyStatic, {
      root: folder,
      cacheControl: false,
      setHeaders: (reply, path) => {
        const isHashed = path.includes('/assets/');
        reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
        reply.header('x-content-type-options', 'nosniff');
      },
    });
  }
  fastify.setNotFoundHandler(async (request, reply) => {
    const isNavigation = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
    if (hasPage && isNavigation) return await reply.sendFile('index.html');
    reply.hijack();
    sendProblem(reply.raw, 404, 'There is nothing at this path.');
    return reply;
  });
}
