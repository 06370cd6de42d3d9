import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getIntrospectionQuery, Kind, parse, print, specifiedRules, validate } from 'graphql';
import { describe, expect, test } from 'vitest';

import { DOCUMENT_LIMITS, MAX_TOKENS } from './document-limits.ts';
import { createSchema } from './schema.ts';

const schema = await createSchema();
const AUTOSCALER = readFileSync(join(import.meta.dirname, '../../../autoscaler/src/documents.ts'), 'utf8');
const [, LOOK = ''] = /LOOK = \/\* GraphQL \*\/ `([^`]+)`/.exec(AUTOSCALER) ?? [];
const WEB = join(import.meta.dirname, '../../../web/src/graphql');

function faultsOf(text: string): string[] {
  const document = parse(text, { maxTokens: MAX_TOKENS });
  return validate(schema, document, [...specifiedRules, ...DOCUMENT_LIMITS]).map(({ message }) => message);
}

describe('the limits of a document', () => {
  const files = readdirSync(WEB).filter((name) => name.endsWith('.graphql'));
  const text = files.map((name) => readFileSync(join(WEB, name), 'utf8')).join('\n');
  const { definitions } = parse(text);
  const fragments = definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);

  test.each(operations.map((operation) => [operation.name!.value, operation] as const))(
    'have room for what the app asks: %s',
    (_name, operation) => {
      const document = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] } as const;
      const faults = faultsOf(print(document)).filter((fault) => !/Fragment .* is never used/.test(fault));
      expect(faults).toEqual([]);
    },
  );

  test.each([
    ['what the autoscaler asks', LOOK],
    ['introspection', getIntrospectionQuery()],
    [
      'a page of the largest size',
      '{ images(first: 200) { edges { cursor node { key url thumbnailUrl } } } }',
    ],
  ])('have room for %s', (_name, text) => {
    expect(faultsOf(text)).toEqual([]);
  });

  test.each([
    ['aliases, also of __typename', `{ ${times(21, (i) => `a${i}: __typename`)} }`, /^Aliases limit of 20/],
    ['depth', `{ ${'... on Query { '.repeat(13)} __typename ${'}'.repeat(13)} }`, /^Query depth limit of 12/],
    ['breadth', `{ pool { ${times(101, () => 'epoch')} } }`, /^Breadth limit of 100/],
    ['directives', `{ pool { epoch ${times(21, () => '@include(if: true)')} } }`, /^Directives limit of 20/],
    [
      'cost',
      `{ ${times(20, (i) => `a${i}: images(first: 200) { edges { node { key } } }`)} }`,
      /^Query Cost limit of 30000/,
    ],
  ])('refuse too much %s', (_name, text, fault) => {
    expect(faultsOf(text)).toContainEqual(expect.stringMatching(fault));
  });

  test('refuse too many tokens', () => {
    expect(() => faultsOf(`{ ${'a '.repeat(MAX_TOKENS)} }`)).toThrow(/tokens/);
  });
});

function times(count: number, make: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => make(i)).join(' ');
}
