import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // Vitest would load a second copy of graphql next to the one that Apollo requires.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  oxc: { decorator: { legacy: true } },
  test: {
    include: ['{api,autoscaler,cache-node,web,test}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'forks',
    // One for each core: much of the time goes by in processes that tests wait for.
    maxWorkers: '100%',
    // A second, as conditions are waited for otherwise, is too short for a busy machine.
    expect: { poll: { timeout: 15_000 } },
    setupFiles: ['test/patience.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
