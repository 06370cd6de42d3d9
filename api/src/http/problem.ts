import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { ShoalError } from '../errors.ts';
import { DATA_GUARDS } from './data-guards.ts';
import { requestIdOf } from './request-id.ts';

/** Answers with a problem document (RFC 9457) that says what is wrong and what can be done, and under which id the log tells of it. */
export function sendProblem(
  res: ServerResponse,
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const requestId = requestIdOf(res.req);
  const body = JSON.stringify({
    type: 'about:blank',
    title: STATUS_CODES[status],
    status,
    detail,
    requestId,
  });
  res.writeHead(status, {
    'Content-Type': 'application/problem+json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
    ...DATA_GUARDS,
    ...headers,
  });
  // Node leaves the body of a reply to HEAD out by itself.
  res.end(body);
}

export function sendError(res: ServerResponse, error: ShoalError): void {
  const { code, httpStatus, message, retryAfterSeconds } = error;
  sendProblem(res, httpStatus, message, {
    ...(retryAfterSeconds !== undefined && { 'Retry-After': `${retryAfterSeconds}` }),
    ...(code === 'UNAUTHENTICATED' && { 'WWW-Authenticate': 'Bearer realm="Shoal"' }),
  });
}
