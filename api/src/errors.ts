export type ErrorCode =
  | 'BAD_USER_INPUT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'TOO_BUSY'
  | 'UNAVAILABLE'
  | 'INTERNAL';

const statusOfCode: Record<ErrorCode, number> = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  TOO_BUSY: 429,
  UNAVAILABLE: 503,
  INTERNAL: 500,
};

/** When the client may ask again, where the refusal is no fault of the request. */
const retryAfterSecondsOfCode: Partial<Record<ErrorCode, number>> = { UNAVAILABLE: 5, TOO_BUSY: 1 };

export interface ShoalErrorOptions extends ErrorOptions {
  /** Unless given, what is usual for the code. */
  readonly retryAfterSeconds?: number;
}

/** All that a client is told of what broke inside. */
export const INTERNAL_MESSAGE = 'Something broke on our side. The log says what.';

/**
 * The one error that Shoal's own code throws. The message is shown to the user: it names the thing and the remedy, and never
 * a path, SQL or a secret. What broke underneath is the `cause`, for the log.
 */
export class ShoalError extends Error {
  override readonly name = 'ShoalError';
  /** When asking again makes sense. Undefined where it does not. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: ShoalErrorOptions = {},
  ) {
    super(message, options);
    this.retryAfterSeconds = options.retryAfterSeconds ?? retryAfterSecondsOfCode[code];
  }

  get httpStatus(): number {
    return statusOfCode[this.code];
  }
}
