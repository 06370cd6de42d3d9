import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { DATA_GUARDS } from './data-guards.ts';
import { newRequestId } from './request-id.ts';

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};
const DETAIL_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'This is no request of HTTP/1.1.',
  408: 'The request took too long to arrive.',
  431: 'Request line and headers are longer than 16 KiB.',
};

/** Answers what can't be read as a request, or does not arrive in time, with a problem document, and ends the connection. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket, log: Logger): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS_OF_CODE[error.code ?? ''] ?? 400;
  const requestId = newRequestId();
  // Of the error only its code: it holds the bytes that came.
  log.info({ requestId, status, code: error.code }, 'A request could not be read.');
  const title = STATUS_CODES[status];
  const body = JSON.stringify({
    type: 'about:blank',
    title,
    status,
    detail: DETAIL_OF_STATUS[status],
    requestId,
  });
  const headers = Object.entries({
    'Content-Type': 'application/problem+json',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
    ...DATA_GUARDS,
    Connection: 'close',
  });
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`HTTP/1.1 ${status} ${title}\r\n${head}\r\n${body}`);
  socket.destroySoon();
}
