import { ShoalError } from '../../errors.ts';

/** Names that S3 and the SDK give to what another attempt may not meet. */
const PASSING_NAMES = new Set([
  'AbortError',
  'BadDigest',
  'ConditionalRequestConflict',
  'InternalError',
  'OperationAborted',
  'RequestLimitExceeded',
  'RequestTimeTooSkewed',
  'RequestTimeout',
  'ServiceUnavailable',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TimeoutError',
  'XAmzContentChecksumMismatch',
]);

/** Whether a request failed for a reason that passes: throttling, a fault of the server, a connection that broke. */
export function isPassing(error: unknown): boolean {
  const status = statusOf(error);
  if (status !== undefined && (status >= 500 || status === 429 || status === 408)) return true;
  if (PASSING_NAMES.has(nameOf(error))) return true;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(E[A-Z_]+|HPE_\w+)$/.test(code);
}

/** The HTTP status of S3's answer, if there was one. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  return (error.$metadata as { httpStatusCode?: number }).httpStatusCode;
}

/** The SDK marks whatever comes out of a request; errors of files are none of those. */
export function isFromS3(error: unknown): boolean {
  return error instanceof Error && '$metadata' in error;
}

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/**
 * What the user is told of a request that failed for good. The names of bucket and object stay in the cause.
 * @param action the permission that the request takes, as IAM calls it: s3:GetObject
 */
export function s3Fault(error: unknown, action: string): unknown {
  if (error instanceof ShoalError) return error;
  if (statusOf(error) === 403) {
    return unavailable(`The object store refuses: the permission ${action} is missing.`, error);
  }
  if (nameOf(error) === 'NoSuchBucket') return unavailable('The bucket of the object store is gone.', error);
  if (isPassing(error)) return unavailable('The object store is out of order. Try again in a moment.', error);
  if (statusOf(error) !== undefined) {
    return unavailable('The object store does not do what it is asked to. The log says why.', error);
  }
  return error;
}

function unavailable(message: string, cause: unknown): ShoalError {
  return new ShoalError('UNAVAILABLE', message, { cause });
}
