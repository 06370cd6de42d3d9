import { unwrapResolverError } from '@apollo/server/errors';
import type { ValidationError } from 'class-validator';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ArgumentValidationError } from 'type-graphql';
import { INTERNAL_MESSAGE, ShoalError } from '../errors.ts';
import type { ReportError } from '../http/report-error.ts';

/**
 * What the client is told of an error: the code and the message of a ShoalError, the faults of arguments by name, and nothing of
 * what broke inside, which goes to `report`, but the id under which the log tells it.
 */
export function formatError(
  formatted: GraphQLFormattedError,
  error: unknown,
  report: ReportError,
): GraphQLFormattedError {
  const original = unwrapResolverError(error);
  if (original instanceof ShoalError) {
    const { code, message, retryAfterSeconds } = original;
    const requestId = code === 'INTERNAL' || code === 'UNAVAILABLE' ? report(original) : undefined;
    return withCode(formatted, code, message, {
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
      ...(requestId !== undefined && { requestId }),
    });
  }
  if (original instanceof ArgumentValidationError) {
    return withCode(formatted, 'BAD_USER_INPUT', faultsOf(original.extensions.validationErrors).join('; '));
  }
  const code = formatted.extensions?.['code'];
  if (original === error && code !== undefined && code !== 'INTERNAL_SERVER_ERROR') {
    return withCode(formatted, String(code), formatted.message);
  }
  if (isFaultOfDocument(original)) return withCode(formatted, 'BAD_USER_INPUT', original.message);
  if (isUploadError(original)) {
    return withCode(
      formatted,
      original.status === 413 ? 'PAYLOAD_TOO_LARGE' : 'BAD_USER_INPUT',
      original.message,
    );
  }
  return withCode(formatted, 'INTERNAL', INTERNAL_MESSAGE, { requestId: report(original) });
}

function withCode(
  formatted: GraphQLFormattedError,
  code: string,
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): GraphQLFormattedError {
  const { locations, path } = formatted;
  return { message, ...(locations && { locations }), ...(path && { path }), extensions: { code, ...more } };
}

function faultsOf(errors: readonly ValidationError[]): string[] {
  return errors.flatMap((error) => [
    ...Object.values(error.constraints ?? {}),
    ...faultsOf(error.children ?? []),
  ]);
}

/**
 * What validation can't see, such as a null in a variable for an argument that takes none: graphql points at the place in the
 * document. It does not where a resolver's result fits no type.
 */
function isFaultOfDocument(error: unknown): error is GraphQLError {
  return error instanceof GraphQLError && error.nodes !== undefined;
}

/** graphql-upload throws errors of the package http-errors, and `expose` says that the message is for the client. */
function isUploadError(error: unknown): error is Error & { status: number } {
  return error instanceof Error && 'expose' in error && error.expose === true && 'status' in error;
}
