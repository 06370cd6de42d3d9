import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import { LIMIT_EXCEEDED } from './document-limits.ts';

const FAULTS_OF_DOCUMENTS = ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT'];

/**
 * Answers faults of documents with 200 to clients that take `application/json` only: to them a status other than that says that it was no
 * GraphQL server who spoke. What is refused because it asks for too much is 400 to everybody.
 * https://graphql.github.io/graphql-over-http/draft/#sec-application-json
 */
export const legacyStatus: ApolloServerPlugin<BaseContext> = {
  requestDidStart: async () => ({
    willSendResponse: async ({ request, errors = [], response: { http } }) => {
      if (http.status !== 400 || !isLegacy(request.http?.headers.get('accept'))) return;
      const isOfDocument = errors.every(
        ({ extensions, message }) =>
          FAULTS_OF_DOCUMENTS.includes(String(extensions['code'])) && !LIMIT_EXCEEDED.test(message),
      );
      if (isOfDocument) http.status = 200;
    },
  }),
};

function isLegacy(accept: string | undefined): boolean {
  return accept !== undefined && /^application\/json\b[^,]*$/.test(accept);
}
