import { readFileSync } from 'node:fs';
import { type GraphQLArgument, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSchema, printSchemaFile } from './schema.ts';

const schema = await createSchema();

describe('the schema', () => {
  it('is what schema.graphql says', () => {
    const file = readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8');
    expect(printSchemaFile(schema), 'run: npm run schema -w api').toBe(file);
  });

  it('describes every type, field, argument and enum value', () => {
    const undescribed: string[] = [];
    const check = (name: string, thing: { description?: string | null | undefined }) => {
      if (!thing.description) undescribed.push(name);
    };
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    for (const type of Object.values(schema.getTypeMap())) {
      if (type.name.startsWith('__') || ['String', 'Int', 'Boolean', 'ID', 'Float'].includes(type.name))
        continue;
      if (!roots.some((root) => root === type)) check(type.name, type);
      if (isEnumType(type)) type.getValues().forEach((value) => check(`${type.name}.${value.name}`, value));
      if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        check(`${type.name}.${field.name}`, field);
        const args: readonly GraphQLArgument[] = 'args' in field ? field.args : [];
        args.forEach((arg) => check(`${type.name}.${field.name}.${arg.name}`, arg));
      }
    }
    expect(undescribed).toEqual([]);
  });
});
