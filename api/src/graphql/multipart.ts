import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import processRequest from 'graphql-upload/processRequest.mjs';
import { refuseAccess } from '../access/refuse-access.ts';
import type { UploadPace } from '../images/upload-pace.ts';

const MAX_OPERATIONS_BYTES = 256 * 1024;
const MAX_FILES = 10;
const SPARE_BYTES = 2 ** 20;

/**
 * Lets the routes of a scope take `multipart/form-data` by the GraphQL multipart request specification. A request without the
 * header that makes browsers ask first is refused before its body is read: a foreign page could send it with the reader's
 * cookies. So is one of somebody who may not upload, or has uploaded too much. https://github.com/jaydenseric/graphql-multipart-request-spec
 */
export function acceptMultipart(scope: FastifyInstance, maxUploadBytes: number, pace: UploadPace): void {
  scope.addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null));
  scope.addHook('preValidation', async (request, reply) => {
    if (!/^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '')) return;
    refuseEarly(request, maxUploadBytes);
    pace.admit({ caller: request.caller, address: request.ip });
    reply.raw.once('close', () => drain(request.raw));
    try {
      request.body = await processRequest(request.raw, reply.raw, {
        maxFieldSize: MAX_OPERATIONS_BYTES,
        // The images themselves refuse what is a byte too large, and say what the limit is.
        maxFileSize: maxUploadBytes + SPARE_BYTES,
        maxFiles: MAX_FILES,
      });
    } catch (error) {
      const status = error instanceof Error && 'status' in error ? Number(error.status) : 400;
      const reason = error instanceof Error ? error.message : 'unknown reason';
      throw refusal(status, `The multipart request could not be read: ${reason}`);
    }
  });
}

function refuseEarly(request: FastifyRequest, maxUploadBytes: number): void {
  const { headers } = request;
  if (!headers['apollo-require-preflight'] && !headers['x-apollo-operation-name']) {
    throw refusal(
      400,
      'A multipart request needs the header apollo-require-preflight: true, which protects against cross-site request forgery.',
    );
  }
  const mostBytes = MAX_FILES * maxUploadBytes + 3 * MAX_OPERATIONS_BYTES;
  if (Number(headers['content-length'] ?? 0) > mostBytes) {
    throw refusal(413, `The request is larger than ${mostBytes} bytes. Send fewer or smaller files at once.`);
  }
  const noAccess = refuseAccess(request.caller, ['EDITOR']);
  if (noAccess !== undefined) throw noAccess;
}

/**
 * An upload may be answered before it has arrived whole. The parser then stops reading, and the next request on the connection
 * would wait behind the rest for ever.
 */
function drain(request: IncomingMessage): void {
  if (request.readableEnded) return;
  request.unpipe();
  request.resume();
}

function refusal(statusCode: number, message: string): Error {
  return Object.assign(new Error(message), { statusCode });
}
