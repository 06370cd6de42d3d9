import {
  graphql,
  type GraphQLSchema,
  OperationTypeNode,
  parse,
  subscribe,
  type ExecutionResult,
} from 'graphql';
import Upload from 'graphql-upload/Upload.mjs';
import { describe, expect, test } from 'vitest';
import { callerWith } from '../../test/callers.ts';
import { Role } from '../access/role.ts';
import { createSchema } from './schema.ts';

const READERS: readonly Role[] = ['VIEWER', 'EDITOR', 'OPERATOR', 'ADMIN'];
const WITH_AUTOSCALER: readonly Role[] = [...READERS, 'AUTOSCALER'];
const EDITORS: readonly Role[] = ['EDITOR', 'OPERATOR', 'ADMIN'];
const OPERATORS: readonly Role[] = ['OPERATOR', 'ADMIN'];
const DECISION =
  'tick: "2026-01-01T00:00:00Z", mode: AUTO, verdict: HOLD, size: 1, newSize: 1, applied: false, reason: "a"';

/** Every query, mutation and subscription, and the roles that it is for. */
const OPERATIONS: Readonly<
  Record<string, readonly [document: string, roles: readonly Role[] | 'everybody']>
> = {
  'query viewer': ['{ viewer { role } }', 'everybody'],
  'query tokens': ['{ tokens { id } }', ['ADMIN']],
  'query image': ['{ image(key: "a") { key } }', READERS],
  'query images': ['{ images { edges { cursor } } }', READERS],
  'query imagesBySha256': ['{ imagesBySha256(sha256: []) { key } }', READERS],
  'query signedUrl': ['{ signedUrl(key: "a") }', READERS],
  'query allImagesDeletion': ['{ allImagesDeletion { state } }', READERS],
  'query pool': ['{ pool { epoch } }', WITH_AUTOSCALER],
  'query cacheConfig': ['{ cacheConfig { capacityMiB } }', READERS],
  'query stats': ['{ stats { minutes { time } } }', WITH_AUTOSCALER],
  'query scalingPolicy': ['{ scalingPolicy { mode } }', WITH_AUTOSCALER],
  'query decisions': ['{ decisions { edges { cursor } } }', WITH_AUTOSCALER],
  'mutation uploadImage': [
    'mutation ($file: Upload!) { uploadImage(input: { key: "a", file: $file }) { key } }',
    EDITORS,
  ],
  'mutation createUpload': [
    `mutation { createUpload(input: { key: "a", contentType: "image/png", bytes: 1, sha256: "${'0'.repeat(64)}" }) { id } }`,
    EDITORS,
  ],
  'mutation completeUpload': ['mutation { completeUpload(id: "a") { key } }', EDITORS],
  'mutation deleteImage': ['mutation { deleteImage(key: "a") { key } }', EDITORS],
  'mutation deleteAllImages': ['mutation { deleteAllImages { deletedCount } }', OPERATORS],
  'mutation clearCache': ['mutation { clearCache { epoch } }', OPERATORS],
  'mutation setCacheConfig': [
    'mutation { setCacheConfig(input: { capacityMiB: 16 }) { capacityMiB } }',
    OPERATORS,
  ],
  'mutation resizePool': ['mutation { resizePool(size: 1) { epoch } }', [...OPERATORS, 'AUTOSCALER']],
  'mutation pauseResize': ['mutation { pauseResize { epoch } }', OPERATORS],
  'mutation resumeResize': ['mutation { resumeResize { epoch } }', OPERATORS],
  'mutation cancelResize': ['mutation { cancelResize { epoch } }', OPERATORS],
  'mutation setPoolMode': ['mutation { setPoolMode(input: { mode: AUTO }) { mode } }', OPERATORS],
  'mutation recordDecision': [`mutation { recordDecision(input: { ${DECISION} }) { id } }`, ['AUTOSCALER']],
  'mutation createToken': [
    'mutation { createToken(input: { name: "a", role: VIEWER }) { secret } }',
    ['ADMIN'],
  ],
  'mutation signOutEverywhere': ['mutation { signOutEverywhere }', WITH_AUTOSCALER],
  'mutation revokeToken': ['mutation { revokeToken(id: "a") { id } }', ['ADMIN']],
  'subscription imageChanged': ['subscription { imageChanged { kind } }', READERS],
  'subscription poolUpdated': ['subscription { poolUpdated { epoch } }', READERS],
  'subscription statsUpdated': ['subscription { statsUpdated { second { time } } }', READERS],
  'subscription decisionMade': ['subscription { decisionMade { id } }', READERS],
};

const schema = await createSchema();

describe('the roles', () => {
  test('are said here for every operation of the schema', () => {
    const names = Object.values(OperationTypeNode).flatMap((kind) =>
      Object.keys(schema.getRootType(kind)!.getFields()).map((name) => `${kind} ${name}`),
    );
    expect(Object.keys(OPERATIONS).toSorted()).toEqual(names.toSorted());
  });

  test.each(Object.entries(OPERATIONS))('of %s', async (_name, [document, roles]) => {
    for (const role of [undefined, ...Object.values(Role)]) {
      const isFor = roles === 'everybody' || (role !== undefined && roles.includes(role));
      const refusal = isFor ? undefined : role === undefined ? 'UNAUTHENTICATED' : 'FORBIDDEN';
      expect([role, await refusalOf(schema, document, role)]).toEqual([role, refusal]);
    }
  });
});

/** Without resolvers whatever is let in fails, but of something else. */
async function refusalOf(
  schema: GraphQLSchema,
  source: string,
  role: Role | undefined,
): Promise<string | undefined> {
  const contextValue = { caller: role && callerWith(role) };
  const file = new Upload();
  file.promise.catch(() => undefined);
  const result = source.startsWith('subscription')
    ? await subscribe({ schema, document: parse(source), contextValue })
    : await graphql({ schema, source, contextValue, variableValues: { file } });
  if (Symbol.asyncIterator in result) {
    await result.return(undefined);
    return undefined;
  }
  return codeOf(result);
}

function codeOf({ errors }: ExecutionResult): string | undefined {
  const code = (errors?.[0]?.originalError as { code?: string } | undefined)?.code;
  return code === 'UNAUTHENTICATED' || code === 'FORBIDDEN' ? code : undefined;
}
