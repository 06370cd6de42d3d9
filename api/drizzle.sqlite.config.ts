import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'sqlite',
  schema: './src/database/tables.sqlite.ts',
  out: './src/database/migrations/sqlite',
});
