import type { Logger } from 'pino';
import { currentRequestId, newRequestId } from './request-id.ts';

/** Takes an error whose cause the client is not told. Returns the id under which the log tells it, for the client to name. */
export type ReportError = (error: unknown, requestId?: string) => string;

/** Logs under the id of the request that is given or handled, or under a new one where there is none. */
export function reportingTo(log: Logger): ReportError {
  return (error, requestId = currentRequestId() ?? newRequestId()) => {
    log.error({ err: error, requestId }, 'Something broke.');
    return requestId;
  };
}
