import type { ColumnKit } from './column-kit.ts';
import { makeAccessTables } from './access-tables.ts';
import { makeImageTables } from './image-tables.ts';
import { makeMetricsTables } from './metrics-tables.ts';
import { makePoolTables } from './pool-tables.ts';
import { makeScalingTables } from './scaling-tables.ts';

export type Tables = ReturnType<typeof makeTables>;

/** Every table, once for all dialects. */
export function makeTables(kit: ColumnKit) {
  return {
    ...makeImageTables(kit),
    ...makePoolTables(kit),
    ...makeMetricsTables(kit),
    ...makeScalingTables(kit),
    ...makeAccessTables(kit),
  };
}
