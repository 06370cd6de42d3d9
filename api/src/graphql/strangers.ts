import type { ApolloServerPlugin } from '@apollo/server';
import { BREAK, type DocumentNode, type FieldNode, GraphQLError, visit } from 'graphql';
import type { Context } from './context.ts';

/** Tells those who have not signed in nothing of the schema: neither by introspection nor by guessing what they meant. */
export const tellingStrangersNothing: ApolloServerPlugin<Context> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ document, contextValue: { caller } }) => {
      if (caller !== undefined || !asksForSchema(document)) return;
      throw new GraphQLError('The schema is told only to those who have signed in.', {
        extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } },
      });
    },
    willSendResponse: async ({ contextValue: { caller }, response: { body } }) => {
      if (caller !== undefined || body.kind !== 'single') return;
      const { singleResult } = body;
      const errors = singleResult.errors?.map((error) => ({
        ...error,
        message: error.message.replace(/ Did you mean [^]*\?$/, ''),
      }));
      if (errors !== undefined) body.singleResult = { ...singleResult, errors };
    },
  }),
};

function asksForSchema(document: DocumentNode): boolean {
  let asks = false;
  visit(document, {
    Field: ({ name }: FieldNode) => {
      if (name.value !== '__schema' && name.value !== '__type') return undefined;
      asks = true;
      return BREAK;
    },
  });
  return asks;
}
