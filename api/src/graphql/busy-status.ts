import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { ShoalError } from '../errors.ts';

/**
 * Answers 429 with `Retry-After` where nothing of an operation could be done because too much is being done already. An answer with
 * some data keeps its 200: the errors carry `retryAfterSeconds` as well.
 */
export const busyStatus: ApolloServerPlugin<BaseContext> = {
  requestDidStart: async () => ({
    willSendResponse: async ({ errors = [], response: { http, body } }) => {
      const refusals = errors.map(unwrapResolverError).filter(isTooBusy);
      const data = body.kind === 'single' ? Object.values(body.singleResult.data ?? {}) : ['parts'];
      if (refusals.length === 0 || refusals.length < errors.length) return;
      if (data.some((value) => value !== null)) return;
      http.status = 429;
      http.headers.set(
        'retry-after',
        String(Math.max(...refusals.map(({ retryAfterSeconds = 1 }) => retryAfterSeconds))),
      );
    },
  }),
};

function isTooBusy(error: unknown): error is ShoalError {
  return error instanceof ShoalError && error.code === 'TOO_BUSY';
}
