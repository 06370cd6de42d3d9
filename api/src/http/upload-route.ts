import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { INTERNAL_MESSAGE, ShoalError } from '../errors.ts';
import type { UploadPace } from '../images/upload-pace.ts';
import type { ReceivingInbox } from '../objects/folder-inbox.ts';
import { DATA_GUARDS } from './data-guards.ts';
import { sendError, sendProblem } from './problem.ts';
import type { ReportError } from './report-error.ts';

/** `PUT /uploads/ID?...`: the addresses that an inbox in this process has offered. */
export async function serveUploads(
  fastify: FastifyInstance,
  inbox: Pick<ReceivingInbox, 'receive'>,
  report: ReportError,
  pace: UploadPace,
): Promise<void> {
  await fastify.register((scope, _options, done) => {
    // Bytes of any type are taken as they come.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
    scope.put<{ Params: { id: string } }>('/uploads/:id', async (request, reply) => {
      const { raw, params } = request;
      reply.hijack();
      try {
        pace.admit({ address: request.ip });
        await receive(inbox, params.id, raw);
        const headers = { 'Cache-Control': 'no-store', 'X-Request-Id': request.id, ...DATA_GUARDS };
        reply.raw.writeHead(204, headers).end();
      } catch (error) {
        if (!(error instanceof ShoalError) || error.code === 'UNAVAILABLE') report(error, request.id);
        // What is still on its way is not read: the connection ends with the answer.
        reply.raw.setHeader('Connection', 'close');
        if (error instanceof ShoalError) sendError(reply.raw, error);
        else sendProblem(reply.raw, 500, INTERNAL_MESSAGE);
        raw.unpipe();
        raw.resume();
      }
    });
    done();
  });
}

async function receive(
  inbox: Pick<ReceivingInbox, 'receive'>,
  id: string,
  request: IncomingMessage,
): Promise<void> {
  const query = new URL(request.url ?? '', 'http://localhost').searchParams;
  if (request.headers['content-length'] !== query.get('bytes')) {
    throw new ShoalError('BAD_USER_INPUT', 'The request has not the Content-Length that was offered.');
  }
  // The receiver destroys what it does not take; the answer still goes out on the request's socket.
  const body = new PassThrough();
  request.once('close', () => {
    if (!request.complete) body.destroy(new Error('The connection broke.'));
  });
  await inbox.receive(id, query, request.pipe(body));
}
