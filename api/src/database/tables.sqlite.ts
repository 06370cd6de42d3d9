import { makeTables, sqliteKit } from './tables.ts';

export const sqliteTables = makeTables(sqliteKit);
export const { images } = sqliteTables;
