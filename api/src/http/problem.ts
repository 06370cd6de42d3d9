import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { ErrorCode, ShoalError } from '../errors.ts';

/** Answers with a problem document (RFC 9457) that says what is wrong and what can be done. */
export function sendProblem(
  res: ServerResponse,
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail });
  res.writeHead(status, {
    'Content-Type': 'application/problem+json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  });
  // Node leaves the body of a reply to HEAD out by itself.
  res.end(body);
}

const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, string>> = { UNAVAILABLE: '5', TOO_BUSY: '1' };

export function sendError(res: ServerResponse, error: ShoalError): void {
  const retryAfter = RETRY_AFTER_SECONDS[error.code];
  sendProblem(
    res,
    error.httpStatus,
    error.message,
    retryAfter === undefined ? {} : { 'Retry-After': retryAfter },
  );
}
