import { writeFileSync } from 'node:fs';
import { createSchema, printSchemaFile } from './schema.ts';

writeFileSync(new URL('../../../schema.graphql', import.meta.url), printSchemaFile(await createSchema()));
