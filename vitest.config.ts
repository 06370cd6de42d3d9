import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // Vitest would load a second copy of graphql next to the one that Apollo requires.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  oxc: { decorator: { legacy: true } },
  test: {
    include: ['{api,cache-node,web,test}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
