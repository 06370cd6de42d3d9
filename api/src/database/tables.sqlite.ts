import { sqliteKit } from './column-kit.ts';
import { makeTables } from './tables.ts';

export const sqliteTables = makeTables(sqliteKit);
export const { images, imageDeletions, leases, nodes, pool, poolEvents, resizes, scalingPolicy } =
  sqliteTables;
