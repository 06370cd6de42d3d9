import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'mysql',
  schema: './src/database/tables.mysql.ts',
  out: './src/database/migrations/mysql',
});
