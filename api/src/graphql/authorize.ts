import type { ExecutionArgs, GraphQLField, GraphQLSchema } from 'graphql';
import { getMetadataStorage, type AuthCheckerFn } from 'type-graphql';
import { refuseAccess } from '../access/refuse-access.ts';
import type { Audience } from '../access/role.ts';
import type { ShoalError } from '../errors.ts';
import type { Context } from './context.ts';

/** What `@Authorized` goes by. */
export const checkAccess: AuthCheckerFn<Context, Audience> = ({ context: { caller } }, audience) => {
  const refusal = refuseAccess(caller, audience);
  if (refusal !== undefined) throw refusal;
  return true;
};

/**
 * Writes down at each query, mutation and subscription who it is for.
 * @throws Error naming those that do not say so: nothing is open by oversight
 */
export function markAudiences(schema: GraphQLSchema): void {
  const { queries, mutations, subscriptions } = getMetadataStorage();
  const fields = rootFieldsOf(schema);
  for (const { schemaName, roles } of [...queries, ...mutations, ...subscriptions]) {
    const field = fields.find(({ name }) => name === schemaName);
    if (field !== undefined && roles !== undefined) {
      field.extensions = { ...field.extensions, audience: roles as readonly Audience[] };
    }
  }
  const open = fields.filter((field) => audienceOf(field) === undefined).map(({ name }) => name);
  if (open.length > 0) throw new Error(`Without @Authorized: ${open.join(', ')}`);
}

/** Refuses who may not have a subscription, by the name of its field. */
export function refuseSubscriber(
  { schema, contextValue }: ExecutionArgs,
  fieldName: string,
): ShoalError | undefined {
  const field = schema.getSubscriptionType()?.getFields()[fieldName];
  const audience = field && audienceOf(field);
  return audience && refuseAccess((contextValue as Context).caller, audience);
}

function rootFieldsOf(schema: GraphQLSchema): GraphQLField<unknown, unknown>[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return roots.flatMap((root) => Object.values(root?.getFields() ?? {}));
}

function audienceOf({ extensions }: GraphQLField<unknown, unknown>): readonly Audience[] | undefined {
  return extensions['audience'] as readonly Audience[] | undefined;
}
