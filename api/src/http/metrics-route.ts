import type { FastifyInstance } from 'fastify';

/** Serves what there is to be counted at `/metrics`, in the text format of Prometheus. */
export function serveMetrics(fastify: FastifyInstance, render: () => string): void {
  fastify.get('/metrics', async (_request, reply) => {
    await reply
      .type('text/plain; version=0.0.4; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(render());
  });
}
