import type { FastifyInstance } from 'fastify';
import { refuseAccess } from '../access/refuse-access.ts';
import type { IdentifyCaller } from '../graphql/context.ts';
import { sendError } from './problem.ts';

/** Serves what there is to be counted at `/metrics`, in the text format of Prometheus, to those who may read. */
export function serveMetrics(fastify: FastifyInstance, identify: IdentifyCaller, render: () => string): void {
  fastify.get('/metrics', async ({ headers }, reply) => {
    const refusal = refuseAccess(await identify(headers), ['VIEWER']);
    if (refusal !== undefined) {
      reply.hijack();
      sendError(reply.raw, refusal);
      return;
    }
    await reply
      .type('text/plain; version=0.0.4; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(render());
  });
}
