import { readFileSync } from 'node:fs';
import { buildSchema, getVariableValues, type GraphQLObjectType, Kind, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { PLAYGROUND_TABS } from './playground-examples.ts';

const schema = buildSchema(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8'));
const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
const tabs = PLAYGROUND_TABS.map(({ query, variables = '{}' }) => ({
  document: parse(query),
  variables: JSON.parse(variables) as Record<string, unknown>,
}));
const operations = tabs.flatMap(({ document, variables }) =>
  document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? { definition, variables } : [],
  ),
);

describe('the examples of the playground', () => {
  it('are valid, as the schema is now', () => {
    for (const { document } of tabs) expect(validate(schema, document)).toEqual([]);
  });

  it.each(operations.map((operation) => [operation.definition.name!.value, operation] as const))(
    'have the variables that are needed: %s',
    (name, { definition, variables }) => {
      // A file can't be written in JSON, as that example explains.
      if (name === 'UploadImage') return;
      const result = getVariableValues(schema, definition.variableDefinitions ?? [], variables);
      expect(result.errors).toBeUndefined();
    },
  );

  it.each(roots.flatMap((root) => Object.keys((root as GraphQLObjectType).getFields())))(
    'show how %s is used',
    (field) => {
      const used = operations.flatMap(({ definition }) =>
        definition.selectionSet.selections.map((node) => (node.kind === Kind.FIELD ? node.name.value : '')),
      );
      expect(used).toContain(field);
    },
  );
});
