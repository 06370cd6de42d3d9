import { sqliteKit } from './column-kit.ts';
import { makeTables } from './tables.ts';

export const sqliteTables = makeTables(sqliteKit);
export const {
  apiMinutes,
  decisions,
  directUploads,
  images,
  imageDeletions,
  leases,
  nodeMinutes,
  nodes,
  pool,
  poolEvents,
  resizes,
  scalingPolicy,
  sessions,
  tokens,
} = sqliteTables;
