import { describe } from 'vitest';
import { onEveryDatabase } from '../../../test/databases.ts';
import { testMetricsStore } from './metrics-store.suite.ts';
import { SqlMetricsStore } from './sql.ts';

onEveryDatabase((databases) => {
  describe('metrics in the database', () => {
    testMetricsStore(async () => {
      const location = await databases.locate();
      const open = async () =>
        new SqlMetricsStore({ database: await databases.open(location), random: Math.random });
      return { one: await open(), other: await open() };
    });
  });
});
