import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import type { Database } from '../src/database/database.ts';
import { type DatabaseLocation, openDatabase } from '../src/database/open-database.ts';
import { type MariaDb, mariaDbMissing, startMariaDb } from './mariadb.ts';

/** Makes databases for one test; they are closed and gone after it. */
export interface TestDatabases {
  /** Names a database that does not exist yet. */
  locate(): Promise<DatabaseLocation>;
  /** Opens a new database, or one more time the one at `location`. */
  open(location?: DatabaseLocation): Promise<Database>;
}

/** Declares the same tests for SQLite and for MariaDB; the latter are skipped where it is not installed. */
export function onEveryDatabase(declareTests: (databases: TestDatabases) => void): void {
  describe('on SQLite', () => {
    declareTests(
      makeDatabases(async () => {
        const folder = await mkdtemp(join(tmpdir(), 'shoal-sqlite-'));
        return {
          location: { file: join(folder, 'shoal.db') },
          remove: () => rm(folder, { recursive: true, force: true }),
        };
      }),
    );
  });

  describe.skipIf(mariaDbMissing)(`on MariaDB${mariaDbMissing ? ` (${mariaDbMissing})` : ''}`, () => {
    let server: MariaDb;
    beforeAll(async () => {
      server = await startMariaDb();
    });
    afterAll(() => server?.stop());
    declareTests(
      makeDatabases(async () => {
        const name = `shoal_${randomUUID().replaceAll('-', '')}`;
        const url = await server.createDatabase(name);
        return { location: { url }, remove: () => server.dropDatabase(name) };
      }),
    );
  });
}

function makeDatabases(
  make: () => Promise<{ location: DatabaseLocation; remove: () => Promise<void> }>,
): TestDatabases {
  let cleanUps: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
    cleanUps = [];
  });
  const locate = async () => {
    const { location, remove } = await make();
    cleanUps.push(remove);
    return location;
  };
  return {
    locate,
    open: async (location) => {
      const database = await openDatabase(location ?? (await locate()));
      cleanUps.push(() => database.close());
      return database;
    },
  };
}
